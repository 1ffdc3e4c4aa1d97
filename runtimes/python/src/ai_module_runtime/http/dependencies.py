"""What endpoints need from the running application."""

from typing import Annotated

from fastapi import Depends, Request

from ai_module_runtime.host import Host
from ai_module_runtime.modules.orchestrator import Orchestrator


def get_host(request: Request) -> Host:
    """The host of the application that serves the request."""
    host: Host = request.app.state.host
    return host


def get_orchestrator(request: Request) -> Orchestrator:
    """The orchestrator of the application that serves the request."""
    orchestrator: Orchestrator = request.app.state.orchestrator
    return orchestrator


HostDep = Annotated[Host, Depends(get_host)]
OrchestratorDep = Annotated[Orchestrator, Depends(get_orchestrator)]
"""The modules of the host."""
