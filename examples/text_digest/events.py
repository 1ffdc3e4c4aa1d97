"""Events that text_digest publishes besides those of a job's life, and what it does on those of others."""

from ai_module_runtime import Event, ModuleEvents, user_id_of

from . import schemas
from .service import TextDigestService


def register_event_handlers(events: ModuleEvents, service: TextDigestService) -> None:
    """Subscribe to the events of the manifest. A handler may see an event twice."""
    events.on("transcription.completed", schemas.TranscriptionCompleted)(service.start_from_event)

    @events.on("user.deleted")
    async def on_user_deleted(event: Event) -> None:
        """Cancel and delete what belongs to the user."""
        await service.erase_user(user_id_of(event))
