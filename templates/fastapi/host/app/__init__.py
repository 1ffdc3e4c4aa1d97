"""A FastAPI application that hosts AI modules."""
