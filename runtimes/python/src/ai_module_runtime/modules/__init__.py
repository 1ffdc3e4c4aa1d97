"""AI modules: what they are, and how the host finds, starts and stops them."""
