"""Reads about accounts."""

from connectid.accounts.models import STORAGE_KEY
from connectid.core import encryption


def storage_key(sealed: str) -> str:
    """Open the storage key of an account: base64 of 32 bytes, the same for the account's whole life (contract 5.6)."""
    return encryption.decrypt(sealed, purpose=STORAGE_KEY)
