"""What the host gives to one module."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ai_module_runtime.modules.health import Probe
from ai_module_runtime.modules.manifest import ModuleMetadata
from ai_module_runtime.modules.module_config import ModuleConfig, load_config
from ai_module_runtime.modules.type_schema import standalone_schema

if TYPE_CHECKING:
    from ai_module_runtime.engine.database import Database
    from ai_module_runtime.engine.store import Store
    from ai_module_runtime.events.module_events import ModuleEvents
    from ai_module_runtime.jobs.results import Results

ConfigT = TypeVar("ConfigT", bound=ModuleConfig)


@dataclass(frozen=True)
class ModuleContext:
    """Everything that the host gives to one module.

    `db` is the database, with `db.session()` for the module's own tables; `store` has the jobs of all modules. `env` are
    the environment variables, for secrets that the configuration names. `probes` are the health checks of what the host
    provides: database, queue, events. `wake_workers` is called after a job was stored. `results` reads the results of
    other modules.
    """

    manifest: ModuleMetadata
    folder: Path
    db: "Database"
    store: "Store"
    events: "ModuleEvents"
    log: logging.Logger
    env: Mapping[str, str]
    probes: Mapping[str, Probe]
    wake_workers: Callable[[], None]
    results: "Results"
    _warned: set[str] = field(default_factory=set, init=False, repr=False)

    def load_config(self, config_class: type[ConfigT]) -> ConfigT:
        """The configuration of the module: defaults < manifest < environment.

        Raises:
            ConfigError: an unknown key, a bad type or a value out of range.
        """
        return load_config(config_class, self.manifest, self.env)

    def read_secret(self, variable: str) -> str | None:
        """The value of an environment variable that a key ending in `_env` names; None if it is empty."""
        return self.env.get(variable) or None

    def warn_once(self, message: str) -> None:
        """Log a warning, once for each start of the module: a service is made for each thread that works."""
        if message not in self._warned:
            self._warned.add(message)
            self.log.warning("%s: %s", self.manifest.name, message)

    @property
    def output_schema(self) -> dict[str, Any] | None:
        """The JSON Schema of the output, with `$defs`; None if the manifest declares none."""
        output = self.manifest.output
        return None if output is None else standalone_schema(output, self.manifest.types)
