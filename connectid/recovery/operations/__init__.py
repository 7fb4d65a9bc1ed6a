"""Writes of recovery: ``backup_code`` checks, ``moving`` hands an account to another phone, ``closing`` ends its rights.

``password`` changes what an older app proves itself with; ``sessions``, ``proofs`` and ``leaving`` are such an app's steps.
"""
