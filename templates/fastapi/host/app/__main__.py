"""Serve the host: `python -m app`. HOST and PORT set the address; PORT=0 takes a free one."""

from ai_module_runtime import run_host

from app.host import host

if __name__ == "__main__":
    run_host(host)
