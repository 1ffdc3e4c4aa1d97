"""Version 1 of the host's endpoints."""
