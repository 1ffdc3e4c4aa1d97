"""The environment of the host."""

import pytest

from app.core.config import ConfigurationError, Settings, get_settings

DATABASE_URL = "postgresql://localhost/ai"
REDIS_URL = "redis://localhost"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the host's variables is set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("ENV_FILE", "")


def read(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return get_settings.__wrapped__()


def test_has_defaults_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, PORT="", LOG_LEVEL="")
    assert (settings.port, settings.log_level) == (8000, "INFO")
    assert not settings.distributed
    assert not settings.production


def test_is_distributed_with_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, DATABASE_URL=DATABASE_URL, REDIS_URL=REDIS_URL)
    assert settings.distributed
    assert settings.async_database_url == "postgresql+asyncpg://localhost/ai"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"PORT": "x"}, "PORT"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        ({"JOB_LEASE_SECONDS": "0", "WORKER_CONCURRENCY": "0"}, "JOB_LEASE_SECONDS"),
        ({"REDIS_URL": REDIS_URL}, "DATABASE_URL"),
        ({"NODE_ENV": "production"}, "JWT_SECRET"),
        ({"APP_ENV": "production", "JWT_SECRET": "x", "TEST_ENDPOINTS": "1"}, "TEST_ENDPOINTS"),
    ],
)
def test_refuses(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        read(monkeypatch, **environment)
