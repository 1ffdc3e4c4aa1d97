"""The service of a module with jobs, its requests and its responses. The engine runs the jobs."""
