"""Writes of enrolment, by step: ``sessions``, ``configuration``, ``phone``, ``profile``, ``email``."""
