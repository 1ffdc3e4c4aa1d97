"""What the host itself stores or passes around."""
