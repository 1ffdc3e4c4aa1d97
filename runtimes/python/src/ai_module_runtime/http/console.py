"""`/console/`: a page for administrators. It holds no data: that comes from endpoints with a guard."""

from pathlib import Path

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ai_module_runtime.errors import HttpError

router = APIRouter(prefix="/console", include_in_schema=False)

TYPES = {
    "index.html": "text/html; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "console.css": "text/css; charset=utf-8",
}
# The page loads nothing from other servers, and nothing that it shows becomes code.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@router.get("")
async def redirect() -> Response:
    """The addresses in the page are relative."""
    return Response(status_code=302, headers={"Location": "console/"})


@router.get("/")
async def get_page() -> Response:
    """The page."""
    return await _answer("index.html")


@router.get("/{name}")
async def get_file(name: str) -> Response:
    """Its script and its stylesheet."""
    if name == "index.html" or name not in TYPES:
        raise HttpError(404, "not_found")
    return await _answer(name)


async def _answer(name: str) -> Response:
    content = await run_in_threadpool((_folder() / name).read_bytes)
    return Response(content, headers={**HEADERS, "Content-Type": TYPES[name]})


def _folder() -> Path:
    """`console` in the package; `runtimes/console` in the repository, which `npm run build` makes."""
    package = Path(__file__).parents[1]
    candidates = (package / "console", package.parents[2] / "console")
    return next(folder for folder in candidates if folder.exists())
