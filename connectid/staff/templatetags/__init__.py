"""Filters of the worker's page."""
