"""Reads of signing in."""

from datetime import datetime

from connectid.accounts.models import Account
from connectid.core import secrets
from connectid.oauth.authorization_requests import AuthorizationRequest
from connectid.signin.models import Consent, SignIn

SIGN_IN = "sign_in"
"""Purpose of the digests of keys, and of codes."""


def sign_in(key: str, *, at: datetime) -> SignIn | None:
    """Return the live sign-in that ``key`` opens; one statement."""
    found = SignIn.objects.filter(key_digest__in=secrets.digests(key, purpose=SIGN_IN)).first()
    return found if found is not None and found.is_live(at) else None


def account_to_sign_in(phone_number: str) -> tuple[int, bool] | None:
    """Return the account of a number, and whether it is locked; None where there is none. One statement.

    Of an active and a locked account of the same number, the active one counts.
    """
    known = Account.objects.filter(phone_number=phone_number).exclude(is_active=False, locked_at=None)
    row = known.order_by("-is_active", "-pk").values_list("pk", "is_active").first()
    return None if row is None else (row[0], not row[1])


def has_consented(request: AuthorizationRequest, *, account_id: int, since: datetime) -> bool:
    """Whether the person let the client know all that it asks for, no longer ago than ``since``. One statement."""
    given = Consent.objects.filter(account_id=account_id, client_id=request.client.id, given_at__gt=since)
    scopes = given.values_list("scopes", flat=True).first()
    return scopes is not None and set(request.scope.split()) <= set(scopes.split())
