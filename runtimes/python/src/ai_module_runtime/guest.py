"""A guest in an application: AI modules below one prefix, without a change to anything else.

Importing this module costs little, and so does a guest whose role is `off`.
"""

import asyncio
import logging
import os
import sys
from importlib.util import resolve_name
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary, WeakSet

if TYPE_CHECKING:
    from ai_module_runtime.guest_app import GuestApp

PREFIX = "/ai"
PUBLISH_SECONDS = 10.0

logger = logging.getLogger(__name__)


class GuestUnavailableError(Exception):
    """The guest is not ready. `code` is what clients get with the 503."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the AI modules are not ready: {code}")
        self.code = code


class Guest:
    """AI modules in an application. Make it with `create_guest`, and attach it in the entry point."""

    def __init__(
        self, *, ports: str, modules: str, prefix: str = PREFIX, migrations: Literal["runtime", "app"] = "runtime"
    ) -> None:
        self.ports = ports
        self.modules = modules
        self.prefix = f"/{prefix.strip('/')}"
        self.migrations = migrations
        self._apps: WeakKeyDictionary[Any, GuestApp] = WeakKeyDictionary()
        self._worker: GuestApp | None = None
        self._attached: WeakSet[Any] = WeakSet()
        if self.prefix == "/":
            raise ValueError("a guest needs a prefix")

    @property
    def role(self) -> str:
        """The role of this process: `AI_ROLE`, by default `off` in tests with pytest and `all` elsewhere."""
        return os.environ.get("AI_ROLE") or ("off" if _in_tests() else "all")

    def attach(self, app: Any) -> None:
        """Serve the modules below the prefix of a FastAPI or Starlette application, whose lifespan starts and stops them.

        Never raises: if something is missing, requests below the prefix are answered with 503. With the role `off` it
        answers nothing. Attaching twice is the same as once.
        """
        try:
            self._attached.add(app)
            if self.role == "off" or app in self._apps:
                return
            from ai_module_runtime.guest_app import GuestApp

            guest_app = GuestApp.attach(self, app)
        except Exception:
            logger.exception("the AI modules are not attached")
        else:
            if guest_app is not None:
                self._apps[app] = guest_app

    def is_attached(self, app: Any) -> bool:
        """Whether `attach` was called for an application, with any role."""
        return app in self._attached

    async def start(self) -> None:
        """Start in the background what is attached, for applications whose lifespan is not run."""
        for app in list(self._apps.values()):
            app.start()

    async def stop(self) -> None:
        """Stop what `start` started."""
        for app in list(self._apps.values()):
            await app.stop()

    async def erase_user(self, user_id: str) -> None:
        """Tell the modules that a user was deleted: publish `user.deleted`. With the role `off` nothing happens.

        Raises:
            GuestUnavailableError: the guest is not ready.
            DatabaseUnavailableError: the event can't be stored.
        """
        if self.role != "off":
            await asyncio.wrap_future(self._ready_app().publish("user.deleted", {"user_id": user_id}))

    def erase_user_sync(self, user_id: str) -> None:
        """Like `erase_user`, for functions that run in a thread, such as endpoints that are not `async`.

        Raises:
            GuestUnavailableError: the guest is not ready.
            DatabaseUnavailableError: the event can't be stored.
            TimeoutError: it takes too long.
            RuntimeError: this thread runs an event loop, which would wait for itself.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            raise RuntimeError("use `await guest.erase_user(…)` in async functions")
        if self.role != "off":
            published = self._ready_app().publish("user.deleted", {"user_id": user_id})
            try:
                published.result(PUBLISH_SECONDS)
            except TimeoutError:
                published.cancel()
                raise

    def run_worker(self) -> int:
        """Run jobs in this process, without the application, until it gets SIGINT or SIGTERM. Returns the exit code."""
        from ai_module_runtime.guest_app import run_worker

        return run_worker(self)

    def _ready_app(self) -> "GuestApp":
        apps = [*self._apps.values(), *([self._worker] if self._worker else [])]
        ready = next((app for app in apps if app.unavailable is None), None)
        if ready is None:
            code = apps[-1].unavailable if apps else None
            raise GuestUnavailableError(code or "not_started")
        return ready


def create_guest(
    name: str,
    *,
    prefix: str = PREFIX,
    ports: str = ".host:ports",
    modules: str = ".modules",
    migrations: Literal["runtime", "app"] = "runtime",
) -> Guest:
    """Make a guest. Nothing is imported or opened before an application is started that it is attached to.

    Args:
        name: `__name__` of the calling module, from which relative names start.
        prefix: where the guest answers, such as `/ai`: nowhere else.
        ports: where the ports are, as `module:variable`. Imported when the guest starts.
        modules: the package whose subpackages are modules.
        migrations: who creates the tables: the runtime, or migrations of the application. Then the runtime only checks.
    """
    package = name.rpartition(".")[0]
    return Guest(
        ports=_absolute(ports, package), modules=_absolute(modules, package), prefix=prefix, migrations=migrations
    )


def _in_tests() -> bool:
    """Whether pytest runs. Before 8.2 it sets no variable."""
    return "PYTEST_VERSION" in os.environ or "_pytest.main" in sys.modules


def _absolute(name: str, package: str) -> str:
    return resolve_name(name, package) if package else name.removeprefix(".")
