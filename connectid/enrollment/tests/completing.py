"""Completing a profile as the app does."""

from typing import Any

from connectid.accounts.models import Account
from connectid.demo.surroundings import portrait
from connectid.testing.scene import OpenSession

PATH = "/users/complete_profile"
PHOTO = portrait()


def profile(**changes: Any) -> dict[str, Any]:
    return {"name": "Chikondi Banda", "recovery_pin": "271828", "photo": PHOTO} | changes


def account_of(opened: OpenSession) -> Account:
    return Account.objects.get(phone_number=opened.session.phone_number)
