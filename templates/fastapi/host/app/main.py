"""The web application, for `uvicorn app.main:app`. Add endpoints of your own here."""

from app.host import host

app = host.app
