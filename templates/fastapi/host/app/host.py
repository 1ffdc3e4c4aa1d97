"""The host: settings, ports and modules put together."""

from ai_module_runtime import Ports, create_host

from app.settings import settings
from app.users import authenticate, may

host = create_host(settings, Ports(authenticate=authenticate, may=may), modules="app.ai.modules")
