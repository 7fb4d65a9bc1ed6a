"""Writes about consents."""

from datetime import datetime, timedelta

from connectid.oauth.authorization_requests import AuthorizationRequest
from connectid.signin.models import Consent

REMEMBERED = timedelta(days=90)
"""How long somebody is not asked again. There is no page yet on which to take a consent back, so it ends by itself."""


def give(*, request: AuthorizationRequest, account_id: int, at: datetime) -> None:
    """Remember that the person lets the client know what it asked for. One statement."""
    Consent.objects.bulk_create(
        [
            Consent(
                account_id=account_id,
                client_id=request.client.id,
                scopes=request.scope,
                given_at=at,
            )
        ],
        update_conflicts=True,
        unique_fields=["account", "client"],
        update_fields=["scopes", "given_at"],
    )
