"""HTTP: the application, its endpoints, errors, tokens and permissions."""
