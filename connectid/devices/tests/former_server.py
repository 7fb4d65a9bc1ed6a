"""Accounts as an import from the former server writes them (contract 17b)."""

import secrets
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.devices.models import Device
from connectid.testing.scene import new_account

CHOSEN = "Mzuzu-to-Karonga"
"""A password that a person could have thought of."""


def made() -> str:
    """A password as the former server made them."""
    return secrets.token_hex(32)


def hashed(password: str) -> str:
    """What the former server stored of it, but for the number of rounds."""
    return PBKDF2PasswordHasher().encode(password, secrets.token_hex(11), iterations=10)


def imported_account(password: str, **fields: Any) -> Account:
    """An account whose phone has not called since the import."""
    return new_account(password=hashed(password), **fields)


def imported_device(
    account: Account, *, former: str = "", used_at: datetime | None = None, model: str = "Itel A56"
) -> Device:
    """The phone of an account, or with ``former`` the password of one that the account left."""
    now = clock.now()
    return Device.objects.create(
        account=account,
        model=model,
        created_at=used_at or now,
        last_accessed_at=used_at or now,
        former_password=hashed(former) if former else "",
        revoked_at=now if former else None,
    )
