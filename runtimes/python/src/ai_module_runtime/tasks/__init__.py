"""What worker processes run for modules: jobs and scheduled tasks."""
