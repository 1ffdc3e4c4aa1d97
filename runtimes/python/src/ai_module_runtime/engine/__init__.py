"""Runs jobs and delivers events, with PostgreSQL as the only state."""
