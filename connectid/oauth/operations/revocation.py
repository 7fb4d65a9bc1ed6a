"""Ending what was granted."""

import uuid
from datetime import datetime

from django.db import transaction

from connectid.oauth.models import AccessToken, AuthorizationCode, BrowserSession, RefreshToken
from connectid.oauth.opaque_tokens import checksum
from connectid.oauth.queries.clients import StoredClient


def revoke_all(*, account_id: int) -> None:
    """End every token, authorization code and browser session of an account: four statements, whatever their number.

    Call it inside the transaction that locks, deactivates or recovers the account, so that no token outlives the decision
    (contract 16, E-14), and after the account's row was updated or locked there: who issues tokens holds that row, so that
    what is being issued meanwhile is either ended here or never issued.
    """
    with transaction.atomic():
        for model in (RefreshToken, AccessToken, AuthorizationCode):
            model.objects.filter(user_id=account_id).delete()
        BrowserSession.objects.filter(account_id=account_id).delete()


def revoke_held(*, account_id: int, client_id: int) -> None:
    """End what one client, by its row's id, holds of an account: three statements."""
    with transaction.atomic():
        for model in (RefreshToken, AccessToken, AuthorizationCode):
            model.objects.filter(user_id=account_id, application_id=client_id).delete()


def revoke_family(*, family: uuid.UUID, at: datetime) -> None:
    """End the tokens that follow from one sign-in: two statements. Refresh tokens stay, revoked, to know a reuse by."""
    with transaction.atomic():
        RefreshToken.objects.filter(token_family=family, revoked=None).update(revoked=at)
        AccessToken.objects.filter(token_family=family).delete()


def revoke_token(*, client: StoredClient, token: str, at: datetime) -> None:
    """End a token of ``client``, of either kind, and its family (RFC 7009). Unknown tokens and others' are left alone."""
    own = {"token_checksum": checksum(token), "application_id": client.id}
    with transaction.atomic():
        for model in (RefreshToken, AccessToken):
            found = model.objects.filter(**own).values_list("pk", "token_family").first()
            if found is None:
                continue
            pk, family = found
            if family is None:  # a client's own access token
                model.objects.filter(pk=pk).delete()
            else:
                revoke_family(family=family, at=at)
            return
