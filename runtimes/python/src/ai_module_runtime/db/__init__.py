"""The database: connections, migrations and the tables of the runtime."""
