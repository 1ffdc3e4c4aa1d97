"""Settings from environment variables and from the file `.env`; `.env.example` lists them."""

import os

from ai_module_runtime import read_environment, read_settings

# ENV_FILE names another file than `.env`; empty, none is read.
settings = read_settings(read_environment(os.environ.get("ENV_FILE", ".env")), without_prefix=True)
