"""Writes of recovery: ``backup_code`` checks, ``moving`` hands an account to another phone, ``closing`` ends its rights."""
