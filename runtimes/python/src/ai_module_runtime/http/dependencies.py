"""What the host's endpoints need from the running application."""

from typing import Annotated

from fastapi import Depends, Request

from app.ai.orchestrator import Orchestrator
from app.api.v1.auth import get_optional_user
from app.core.permissions import require_admin
from app.models.user import User


def get_orchestrator(request: Request) -> Orchestrator:
    """The orchestrator of the application that serves the request."""
    orchestrator: Orchestrator = request.app.state.orchestrator
    return orchestrator


OrchestratorDep = Annotated[Orchestrator, Depends(get_orchestrator)]
Admin = Annotated[User, Depends(require_admin)]
OptionalUser = Annotated[User | None, Depends(get_optional_user)]
