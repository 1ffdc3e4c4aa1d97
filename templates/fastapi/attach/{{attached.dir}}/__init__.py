"""AI modules, which run as a guest in this application."""
