"""A host without modules."""
