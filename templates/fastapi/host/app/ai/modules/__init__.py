"""One package per module. The orchestrator finds them by their folders."""
