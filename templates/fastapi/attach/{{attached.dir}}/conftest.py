"""Fixtures of the modules' tests: `host`, which runs all modules, and `user_id`."""

from ai_module_runtime.testing.attached import module_fixtures

host, user_id = module_fixtures(f"{__package__}.modules")
