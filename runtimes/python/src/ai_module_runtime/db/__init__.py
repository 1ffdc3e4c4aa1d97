"""Migrations of the modules' own tables."""
