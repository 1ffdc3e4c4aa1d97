"""What a host runs from the command line."""
