"""The manifest and the code agree. Change the manifest, then run `create-ai-module update`."""

from ai_module_runtime.testing import (
    check_configuration,
    emitted_events,
    permissions_of,
    subscribed_events,
)

from .. import load_module
from ..events import LIFECYCLE_EVENTS, register_event_handlers

MODULE = "text_digest"
PERMISSIONS = {
    "POST /process": "text_digest:create",
    "GET /status/{job_id}": "text_digest:read",
    "GET /list": "text_digest:read",
    "POST /cancel/{job_id}": "text_digest:delete",
    "GET /result/{job_id}": "text_digest:read",
    "GET /admin/stats": "text_digest:admin",
    "POST /digest": "text_digest:create",
}

module = load_module()
manifest = module.get_metadata()


def test_names() -> None:
    assert manifest.name == MODULE
    assert type(module).__name__ == manifest.class_name


def test_endpoints_and_their_permissions() -> None:
    assert permissions_of(module) == PERMISSIONS
    assert sorted(PERMISSIONS) == sorted(manifest.endpoints)


def test_emitted_events() -> None:
    assert emitted_events(LIFECYCLE_EVENTS, []) == sorted(manifest.events_emitted)


def test_subscribed_events() -> None:
    assert subscribed_events(register_event_handlers) == sorted(manifest.events_subscribed)


def test_configuration() -> None:
    check_configuration(module)
