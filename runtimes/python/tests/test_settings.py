"""The environment of a host."""

from pathlib import Path

import pytest

from ai_module_runtime import Host, Ports, SettingsError, Tokens, create_host, read_environment, read_settings, run_host
from ai_module_runtime.engine import outage

DATABASE_URL = "postgresql://localhost/ai"
REDIS_URL = "redis://localhost"
SECRET = "a-secret-of-thirty-two-characters"
PRODUCTION = {"APP_ENV": "production", "DATABASE_URL": DATABASE_URL, "JWT_SECRET": SECRET}


def test_has_defaults_for_everything() -> None:
    settings = read_settings({"PORT": "", "LOG_LEVEL": ""})
    assert (settings.port, settings.log_level) == (8000, "INFO")
    assert settings.database_url is None
    assert settings.runs_jobs
    assert not settings.production


@pytest.mark.parametrize(
    ("more", "runs_jobs"), [({}, True), ({"AI_ROLE": "web"}, False), ({"AI_REDIS_URL": REDIS_URL}, False)]
)
def test_says_who_runs_jobs(more: dict[str, str], runs_jobs: bool) -> None:
    settings = read_settings({"AI_DATABASE_URL": DATABASE_URL, **more})
    assert settings.runs_jobs == runs_jobs


def test_the_prefix_takes_precedence() -> None:
    settings = read_settings(
        {"AI_LOG_LEVEL": "debug", "LOG_LEVEL": "error", "DISABLED_MODULES": "a, b"}, without_prefix=True
    )
    assert settings.log_level == "DEBUG"
    assert settings.disabled_modules == {"a", "b"}


def test_reads_only_prefixed_variables() -> None:
    settings = read_settings({"DATABASE_URL": "mysql://x", "ROLE": "worker", "PORT": "x", "AI_LOG_LEVEL": "error"})
    assert (settings.database_url, settings.port, settings.log_level) == (None, 8000, "ERROR")


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"PORT": "x"}, "PORT"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        ({"AI_JOB_LEASE_SECONDS": "0", "WORKER_CONCURRENCY": "0"}, "WORKER_CONCURRENCY(.|\n)*AI_JOB_LEASE_SECONDS"),
        ({"REDIS_URL": REDIS_URL}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:///app.db"}, "DATABASE_URL: must begin with postgresql://"),
        ({"AI_DATABASE_URL": "postgresql://a:p#s@h/d"}, "AI_DATABASE_URL: is not a valid URL: escape the password"),
        ({"AI_DATABASE_URL": "postgresql://a:p/s@h/d"}, "AI_DATABASE_URL: is not a valid URL: escape the password"),
        ({"AI_DATABASE_URL": DATABASE_URL, "AI_REDIS_URL": "http://h"}, "AI_REDIS_URL: must begin with redis://"),
        ({"AI_DATA_DIR": "/proc/x"}, "AI_DATA_DIR: /proc/x can't be written to"),
        ({"AI_DIRECT_DATABASE_URL": DATABASE_URL}, "DIRECT_DATABASE_URL"),
        ({"AI_ROLE": "worker"}, "AI_ROLE"),
        ({"AI_ROLE": "worker"}, "AI_ROLE: must be all or web; with AI_REDIS_URL, workers are processes of Celery"),
        ({"AI_ROLE": "web"}, "AI_ROLE=web needs AI_DATABASE_URL"),
        ({"NODE_ENV": "Production"}, "NODE_ENV"),
        ({"APP_ENV": "prod"}, "APP_ENV"),
        ({"NODE_ENV": "production"}, "JWT_SECRET"),
        ({**PRODUCTION, "JWT_SECRET": "x"}, "JWT_SECRET"),
        ({**PRODUCTION, "JWT_SECRET": " " * 40}, "JWT_SECRET"),
        ({**PRODUCTION, "AI_TEST_ENDPOINTS": "1"}, "TEST_ENDPOINTS"),
        ({"APP_ENV": "production", "JWT_SECRET": SECRET}, "DATABASE_URL"),
    ],
)
def test_refuses(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        start(environment)


def start(environment: dict[str, str]) -> Host:
    """Make a host as a generated application does."""
    settings = read_settings(environment, without_prefix=True)
    return create_host(settings, Ports(authenticate=Tokens(settings).authenticate), modules="tests.no_modules")


def test_starts_in_production() -> None:
    assert start(PRODUCTION).settings.production


def test_reads_a_file_with_a_byte_order_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=81\nLOG_LEVEL=error\n", encoding="utf-8-sig")
    monkeypatch.delenv("AI_LOG_LEVEL", raising=False)
    monkeypatch.setenv("LOG_LEVEL", "debug")
    settings = read_settings(read_environment(file), without_prefix=True)
    assert (settings.port, settings.log_level) == (81, "DEBUG")
    assert read_environment(tmp_path / "missing")["LOG_LEVEL"] == "debug"


def test_a_start_without_the_database_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "START_SECONDS", 1)
    url = "postgresql://postgres@127.0.0.1:1/ai"
    settings = read_settings({"AI_DATABASE_URL": url, "AI_DATA_DIR": str(tmp_path), "AI_LOG_LEVEL": "error"})
    host = create_host(settings, Ports(authenticate=Tokens(settings).authenticate), modules="tests.no_modules")
    sentence = r"^database: 127\.0\.0\.1:1/ai is unavailable: connection refused\. Check AI_DATABASE_URL\.$"
    with pytest.raises(SystemExit, match=sentence):
        run_host(host)


def test_takes_everything_before_the_last_at_sign_for_the_user() -> None:
    settings = read_settings({"AI_DATABASE_URL": "postgresql://a:p@ss@h:1/d?x=@"})
    assert settings.database_url == "postgresql://a:p%40ss@h:1/d?x=@"
