"""Events of invoices."""

from typing import TYPE_CHECKING

from ai_module_runtime import Event, ModuleEvents, OwnEvent, user_id_of

from .schemas import Approved, BillingInvoicePaid

if TYPE_CHECKING:
    from .service import InvoicesService

approved = OwnEvent("invoices.approved", Approved)
paid: list[Event[BillingInvoicePaid]] = []


def register_event_handlers(events: ModuleEvents, service: "InvoicesService") -> None:
    """Subscribe to the events of the manifest. A handler may see an event twice."""

    @events.on("user.deleted")
    async def on_user_deleted(event: Event) -> None:
        await service.erase_user(user_id_of(event))

    events.on("scan.completed")(service.start_from_event)

    @events.on("billing.invoice.paid", BillingInvoicePaid)
    async def on_billing_invoice_paid(event: Event[BillingInvoicePaid]) -> None:
        paid.append(event)
