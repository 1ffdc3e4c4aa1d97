"""Settings of invoices. The manifest has their defaults, limits and descriptions."""

from ai_module_runtime import ModuleConfig


class InvoicesConfig(ModuleConfig):
    """The keys under `configuration` in the manifest."""

    currency: str
    max_pages: int
    tags: list[str]
    page_sizes: list[int] | None = None
