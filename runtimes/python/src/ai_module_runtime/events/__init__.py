"""Events between modules."""
