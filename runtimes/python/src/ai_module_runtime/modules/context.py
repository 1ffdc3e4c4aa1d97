"""What the host gives to one module."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ai_module_runtime.modules.health import Probe
from ai_module_runtime.modules.manifest import ModuleMetadata
from ai_module_runtime.modules.module_config import ModuleConfig, load_config

if TYPE_CHECKING:
    from ai_module_runtime.db.database import Database
    from ai_module_runtime.events.module_events import ModuleEvents
    from ai_module_runtime.tasks.queue import TaskQueue

ConfigT = TypeVar("ConfigT", bound=ModuleConfig)


@dataclass(frozen=True)
class ModuleContext:
    """Everything that the host gives to one module.

    `env` are the environment variables, for secrets that the configuration names. `probes` are the health checks of
    what the host provides: database, queue, events.
    """

    manifest: ModuleMetadata
    folder: Path
    db: "Database"
    events: "ModuleEvents"
    queue: "TaskQueue"
    log: logging.Logger
    env: Mapping[str, str]
    lease_seconds: float
    probes: Mapping[str, Probe]

    def load_config(self, config_class: type[ConfigT]) -> ConfigT:
        """The configuration of the module: defaults < manifest < environment.

        Raises:
            ConfigError: an unknown key, a bad type or a value out of range.
        """
        return load_config(config_class, self.manifest, self.env)

    def read_secret(self, variable: str) -> str | None:
        """The value of an environment variable that a key ending in `_env` names; None if it is empty."""
        return self.env.get(variable) or None
