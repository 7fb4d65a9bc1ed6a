"""Writes about accounts: ``profile``, ``photo``."""
