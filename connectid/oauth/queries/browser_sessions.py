"""Whose browser this is: one statement, by the index of the digest of its cookie's key."""

from dataclasses import dataclass, field
from datetime import datetime

from connectid.core import secrets
from connectid.oauth.models import BrowserSession

BROWSER_SESSION = "browser_session"
"""Purpose of the keys' digests."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who signed in with this browser."""

    session_id: int
    account_id: int
    username: str
    name: str = field(repr=False)
    phone_number: str = field(repr=False)
    authenticated_at: datetime


def signed_in(key: str, *, at: datetime) -> SignedIn | None:
    """Return who signed in, or None where the session ended or expired, or its account may not sign in any more."""
    row = (
        BrowserSession.objects.filter(
            key_digest__in=secrets.digests(key, purpose=BROWSER_SESSION),
            expires_at__gt=at,
            account__is_active=True,
        )
        .values_list(
            *("pk", "account_id", "account__username", "account__name"),
            *("account__phone_number", "authenticated_at"),
        )
        .first()
    )
    return None if row is None else SignedIn(*row)
