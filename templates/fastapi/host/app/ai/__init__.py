"""AI modules."""
