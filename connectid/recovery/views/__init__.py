"""Endpoints of recovery: one module each, named like the last segment of its path."""
