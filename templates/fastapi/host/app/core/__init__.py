"""What every part of the host stands on: settings, database, event bus, permissions."""
