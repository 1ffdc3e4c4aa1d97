"""What invoices does with a request."""

import asyncio
from contextlib import suppress
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from ai_module_runtime import JobRow, JobService, ModuleContext, User

from .config import InvoicesConfig
from .events import approved
from .provider import create_provider
from .schemas import GetLinesByLineIdInput, Input, Options, Output, PreviewInput, PreviewOutput


class InvoicesService(JobService[InvoicesConfig, Input, Options, Output]):
    """One call of the provider for each job."""

    def __init__(self, context: ModuleContext) -> None:
        super().__init__(context)
        self.provider = create_provider(context, self.config)

    async def preview(self, line: PreviewInput, user: User) -> PreviewOutput:
        if line["text"] == "half a character":
            return {"text": "a\ud800b", "amount": 1}
        return cast(
            "PreviewOutput", {**line, "text": user.id, **({"amount": -1} if line["text"] == "bad output" else {})}
        )

    async def lines(self, query: GetLinesByLineIdInput, line_id: str) -> dict[str, Any] | None:
        if line_id == "half":
            return {"line_id": "a\ud800b"}
        return None if line_id == "none" else {"query": query, "line_id": line_id}

    async def on_completed(self, job: JobRow, output: Output, db: AsyncSession) -> None:
        mode = job.input_data.get("mode")
        if mode == "bad hook":
            await approved.publish(self, {"user_id": job.user_id}, f"job-{job.id}")
        if mode == "bad hook" and job.attempt == 1:
            raise ValueError("planted-secret")
        if mode is not None:
            values = {"id": job.id, "pages": output["pages"], "status": job.status}
            await (await db.connection()).execute(text("insert into notes values (:id, :pages, :status)"), values)

    async def on_user_erased(self, user_id: str, db: AsyncSession) -> None:
        await (await db.connection()).execute(text("insert into notes values (:id, 0, 'erased')"), {"id": user_id})
        if user_id.startswith("bad"):
            raise ValueError("planted-secret")
        if user_id.startswith("slow"):
            await asyncio.sleep(30)
        if user_id.startswith("sql"):
            with suppress(DBAPIError):
                await (await db.connection()).execute(text("select * from missing"))
