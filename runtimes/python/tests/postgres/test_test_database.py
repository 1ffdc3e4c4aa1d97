from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ai_module_runtime.testing.test_database import VARIABLE, DatabaseTemplate, create_test_database, start_test_server
from tests.postgres.host import query


@pytest.fixture(scope="module", autouse=True)
def _server() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, "")
        server = start_test_server()
        yield
        server.stop()


def test_gives_each_test_file_an_empty_database() -> None:
    first = create_test_database()
    second = create_test_database()
    query(first.url, "create table only_here (number int)")
    with pytest.raises(Exception, match="does not exist"):
        query(second.url, "select from only_here")
    first.drop()
    with pytest.raises(Exception, match="does not exist"):
        query(first.url, "select 1")


def test_copies_a_template_that_is_prepared_once() -> None:
    prepared: list[str] = []

    def prepare(url: str) -> None:
        prepared.append(url)
        query(url, "create table numbers as select generate_series(1, 3) as number")

    template = DatabaseTemplate('host "1": 2', prepare)
    with ThreadPoolExecutor(4) as executor:
        databases = list(executor.map(lambda _: create_test_database(template), range(4)))
    assert len(prepared) == 1
    query(databases[0].url, "delete from numbers")
    assert query(databases[1].url, "select sum(number) from numbers") == [{"sum": 6}]


def test_prepares_a_template_again_if_that_failed() -> None:
    def fail(url: str) -> None:
        raise ValueError("no tables")

    with pytest.raises(ValueError, match="no tables"):
        create_test_database(DatabaseTemplate("broken", fail))
    template = DatabaseTemplate("broken", lambda url: query(url, "create table t ()"))
    query(create_test_database(template).url, "select from t")
