"""Writes about accounts, by subject: ``photo``, ``profile``, ``email``."""
