"""The answer that a client gets for a person who signed in and did not mind."""

from datetime import datetime

from django.db import transaction

from connectid.oauth.authorization_requests import AuthorizationRequest
from connectid.oauth.errors import LoginRequired
from connectid.oauth.operations import browser_sessions, codes
from connectid.oauth.queries.browser_sessions import SignedIn
from connectid.signin.operations import consents


def issue_code(*, request: AuthorizationRequest, person: SignedIn, at: datetime) -> str:
    """Return a code for the person's tokens. Two statements.

    Raises :class:`~connectid.oauth.errors.LoginRequired` where the session ended meanwhile, with the account or without it.
    """
    with transaction.atomic():
        if not browser_sessions.hold(session_id=person.session_id):
            raise LoginRequired
        return codes.issue_code(
            client_id=request.client.id,
            account_id=person.account_id,
            scope=request.scope,
            redirect_uri=request.addressee.redirect_uri,
            code_challenge=request.code_challenge,
            nonce=request.nonce,
            authenticated_at=person.authenticated_at,
            at=at,
        )


def allow(*, request: AuthorizationRequest, person: SignedIn, at: datetime) -> str:
    """The same for a person who was asked and said yes, which is remembered. Three statements."""
    with transaction.atomic():
        code = issue_code(request=request, person=person, at=at)
        consents.give(request=request, account_id=person.account_id, at=at)
    return code
