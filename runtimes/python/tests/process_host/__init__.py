"""A host as a process of its own: `python -m tests.process_host`."""
