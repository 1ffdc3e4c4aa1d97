"""A worker process that tests kill: python -m … URL SCHEMA LEASE. Its jobs hang."""

import asyncio
import sys

from ai_module_runtime.engine.database import Database
from ai_module_runtime.engine.modules import ModuleSpec, Run
from ai_module_runtime.engine.store import Event, Job
from ai_module_runtime.engine.worker import Worker


async def hang(_job: Job, _run: Run) -> None:
    await asyncio.sleep(3600)


async def hang_too(_module: str, _event: Event) -> None:
    await asyncio.sleep(3600)


async def main(url: str, schema: str, lease: str) -> None:
    modules = {"sample": ModuleSpec("sample", hang)}
    await Worker(Database(url, schema=schema), modules, hang_too, lease_seconds=float(lease)).start()
    await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
