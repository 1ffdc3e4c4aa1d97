"""Attaches the AI modules: `attach(app)`."""

from ai_module_runtime import create_guest

guest = create_guest(__name__, prefix="/ai", modules="tests.typed_modules")
attach = guest.attach
