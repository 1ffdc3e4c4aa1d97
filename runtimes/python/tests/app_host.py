"""A host as an application makes it."""

from ai_module_runtime import Ports, Tokens, create_host, read_environment, read_settings

settings = read_settings(read_environment(None), without_prefix=True)
tokens = Tokens(settings)
host = create_host(settings, Ports(authenticate=tokens.authenticate), modules="tests.no_modules")
