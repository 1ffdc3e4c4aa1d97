from ai_module_runtime import Ports, Tokens, create_host, read_environment, read_settings, run_host

settings = read_settings(read_environment(None), without_prefix=True)
run_host(create_host(settings, Ports(authenticate=Tokens(settings).authenticate), modules="tests.process_host.modules"))
