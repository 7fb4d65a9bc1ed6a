"""Schema of the job table."""
