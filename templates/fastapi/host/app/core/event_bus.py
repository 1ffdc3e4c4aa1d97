"""The event bus of the host."""

from ai_module_runtime import Event, EventBus

from app.host import host

__all__ = ["Event", "EventBus", "event_bus"]

event_bus = host.events
