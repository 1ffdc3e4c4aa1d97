"""Events that text_digest publishes, and what it does on those of others."""

from typing import TYPE_CHECKING

from ai_module_runtime import Event, LifecycleEvents, ModuleEvents, user_id_of

from . import schemas

if TYPE_CHECKING:
    from .service import TextDigestService

LIFECYCLE_EVENTS = LifecycleEvents(
    started="text_digest.started",
    progress="text_digest.progress",
    completed="text_digest.completed",
    failed="text_digest.failed",
    cancelled="text_digest.cancelled",
)


def register_event_handlers(
    bus: ModuleEvents,
    service: "TextDigestService",
) -> None:
    """Subscribe to the events of the manifest. A handler may see an event twice."""

    @bus.on("user.deleted")
    async def on_user_deleted(event: Event) -> None:
        """Cancel and delete what belongs to the user."""
        user_id = user_id_of(event)
        if user_id is not None:
            await service.erase_user(user_id)

    @bus.on("transcription.completed")
    async def on_transcription_completed(event: Event) -> None:
        """Start a job with the event's data; a second delivery gives no second job."""
        user_id = user_id_of(event)
        if user_id is not None:
            request = schemas.TextDigestRequest(input_data=event.data)
            await service.start_processing(request, user_id, event_id=event.event_id)
