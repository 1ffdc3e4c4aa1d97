"""Help for tests: a running host, and checks that a module's manifest and code agree.

`ai_module_runtime.testing.fixtures` is a pytest plugin with the fixtures `host` and `user_id`.
"""

from ai_module_runtime.testing.contract import (
    CustomEvent,
    check_configuration,
    describe_contract,
    emitted_events,
    permissions_of,
    subscribed_events,
)
from ai_module_runtime.testing.test_host import TestHost, wait_until
from ai_module_runtime.testing.test_run import TestRun

__all__ = [
    "CustomEvent",
    "TestHost",
    "TestRun",
    "check_configuration",
    "describe_contract",
    "emitted_events",
    "permissions_of",
    "subscribed_events",
    "wait_until",
]
