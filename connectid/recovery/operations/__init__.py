"""Writes of recovery: ``backup_code``, ``closing``."""
