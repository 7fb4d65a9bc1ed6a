"""Endpoints and pages about credentials."""
