"""The AI modules: each is a folder with a manifest."""
