"""Where somebody stands who comes with an authorization request: must they sign in, must they consent?"""

from datetime import datetime

from connectid.oauth.authorization_requests import AuthorizationRequest, expected_subject
from connectid.oauth.queries.browser_sessions import SignedIn
from connectid.signin import queries
from connectid.signin.operations.consents import REMEMBERED

_ASK_FOR_SIGN_IN = frozenset({"login", "select_account"})
"""Prompts after which a sign-in that is already there does not count (OpenID Connect Core, 3.1.2.1)."""


def is_enough(person: SignedIn, request: AuthorizationRequest, *, at: datetime) -> bool:
    """Whether the person need not sign in again: not asked to, recently enough, and whom the client expects, if anybody.

    One statement where the client expects somebody.
    """
    if request.prompts & _ASK_FOR_SIGN_IN:
        return False
    age = (at - person.authenticated_at).total_seconds()
    if request.max_age is not None and age > request.max_age:
        return False
    return expected_subject(request, at=at) in (None, person.username)


def needs_consent(person: SignedIn, request: AuthorizationRequest, *, at: datetime) -> bool:
    """Whether the person is to be asked what the client may know. At most one statement."""
    if "consent" in request.prompts:
        return True
    if request.client.skips_consent:
        return False
    return not queries.has_consented(request, account_id=person.account_id, since=at - REMEMBERED)


def once_signed_in(request: AuthorizationRequest) -> dict[str, str | None]:
    """What to change in the request once the sign-in that it asked for took place, or the next look would ask again."""
    left = sorted(request.prompts - _ASK_FOR_SIGN_IN)
    return {"prompt": " ".join(left) or None, "max_age": None}
