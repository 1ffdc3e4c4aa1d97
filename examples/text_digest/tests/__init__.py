"""Tests of text_digest."""
