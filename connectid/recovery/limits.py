"""The limits of recovery, each with its reason."""

MAX_ATTEMPTS = 3
"""Wrong backup codes that lock the account (contract 5.7). A code has six digits: three tries hit one in 333,000."""
