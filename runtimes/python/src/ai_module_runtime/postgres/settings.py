"""Parameters of the server."""

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "32MB",
    # Small and quiet: no replication, no helper processes that a developer's machine doesn't need.
    "io_method": "sync",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "min_wal_size": "16MB",
    "max_wal_size": "256MB",
    "huge_pages": "off",
    "jit": "off",
    "log_min_messages": "log",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

TEMPORARY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def parameters_of(*, is_temporary: bool, **others: str) -> list[str]:
    """Words of the command of the server."""
    settings = {**SETTINGS, **(TEMPORARY_SETTINGS if is_temporary else {}), **others}
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
