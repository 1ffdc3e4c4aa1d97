"""Behind PgBouncer in transaction mode. Skipped without it; PGBOUNCER is the path of the program."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.modules import registration_of
from ai_module_runtime.engine.schema import set_up_schema
from ai_module_runtime.engine.store import Store
from ai_module_runtime.engine.worker import Worker

from .server import Server
from .support import Lab, drop_schema, lab, until

PROGRAM = os.environ.get("PGBOUNCER") or shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

pytestmark = pytest.mark.skipif(PROGRAM is None and not os.environ.get("CI"), reason="PgBouncer is not installed")


def configure(name: str, port: int, server: Server, more: str) -> Path:
    folder = Path(name)
    if not os.getuid():
        shutil.chown(folder, "postgres")
    host = server.url.partition("host=")[2]
    (folder / "users.txt").write_text('"postgres" ""\n')
    (folder / "config.ini").write_text(
        f"[databases]\npostgres = host={host} dbname=postgres user=postgres\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = 2\nauth_file = users.txt\nserver_tls_sslmode = disable\n{more}\n"
    )
    return folder


@asynccontextmanager
async def bouncer(server: Server, more: str = "") -> AsyncIterator[str]:
    """The URL of a pooler with two connections to the server."""
    with TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
        found.close()
        folder = configure(name, port, server, more)
        as_user = ["-u", "postgres"] if not os.getuid() else []
        process = await asyncio.create_subprocess_exec(
            str(PROGRAM), "-q", *as_user, str(folder / "config.ini"), cwd=folder, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                await asyncio.sleep(0.05)
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("direct", [False, True])
async def test_runs_jobs_through_a_transaction_pooler(own_server: Server, direct: bool) -> None:
    async with lab(own_server.url, subscriptions=["sample.completed"]) as made, bouncer(own_server) as url:
        database = Database(
            url, schema=made.schema, pooler=True, direct_url=own_server.url if direct else None, pool_size=10
        )
        worker = Worker(database, made.specs, made.handle, concurrency=8)
        async with worker.running():
            store = Store(database)
            jobs = await asyncio.gather(
                *(store.add_job(job_id, "sample", "user", {"x": 1.0}, max_active=100) for job_id in ids(40))
            )
            for job in jobs:
                assert job is not None
                await made.wait_for(job, "completed")
            async with database.transaction() as connection:
                path = (await connection.exec_driver_sql("show search_path")).scalar_one()
                assert path == f"{made.schema}, public"
            assert (worker.degraded is None) == direct
            await until(lambda: asyncio.sleep(0, len(made.handled) == 40))
        await database.close()


@pytest.mark.parametrize("more", ["", "ignore_startup_parameters = search_path, statement_timeout"])
async def test_finds_out_that_there_is_a_transaction_pooler(own_server: Server, more: str) -> None:
    async with bouncer(own_server, more) as url:
        for address, expected in ((own_server.url, False), (url, True)):
            database = Database(address)
            assert await database.find_pooler() == expected
            assert database.can_listen == (not expected)
            assert await database.query("select true")
            await database.close()


async def test_sets_the_schema_up_through_a_transaction_pooler(own_server: Server) -> None:
    async with bouncer(own_server) as url:
        made = Lab(own_server.url, ())
        databases = [Database(url, schema=made.schema, pooler=True) for _ in range(4)]
        await asyncio.gather(*(set_up_schema(database) for database in databases))
        await Store(databases[0]).register_modules(registration_of([]), [])
        for database in databases:
            await database.close()
        await drop_schema(made.database)
        await made.database.close()


def ids(count: int) -> list[str]:
    return [f"00000000-0000-4000-8000-{number:012}" for number in range(count)]
