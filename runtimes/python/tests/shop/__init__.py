"""An application with users, a login, and habits that a guest must respect."""
