"""Writes of signing in: ``steps`` in their order, ``sending``, ``consents``, ``pruning``."""
