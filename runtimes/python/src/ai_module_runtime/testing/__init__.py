"""Help for tests: a running host, and checks that a module's manifest and code agree."""
