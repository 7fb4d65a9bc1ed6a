"""The four grants of the token endpoint (RFC 6749 sections 4.1, 4.3, 4.4 and 6): one function each, from proof to tokens.

What a person's proof leads to is issued while their account's row is held, and after looking once more: recovery, lock and
deactivation hold the same row while they end every token, so that none is born beside them (contract 16, E-14).
"""

import hmac
import re
from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256

import structlog
from django.db import transaction

from connectid.core.identifiers import new_ordered_uuid
from connectid.core.ratelimit import Throttled
from connectid.devices.errors import InvalidDeviceCredential
from connectid.devices.operations import credentials
from connectid.devices.queries import KnownDevice
from connectid.oauth import errors, scopes
from connectid.oauth.models import AuthorizationCode, Client, RefreshToken
from connectid.oauth.opaque_tokens import checksum
from connectid.oauth.operations import identity, revocation, tokens
from connectid.oauth.operations.tokens import Family, Issued
from connectid.oauth.queries.clients import StoredClient

log = structlog.get_logger(__name__)

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
"""RFC 7636 section 4.1."""

_ACCOUNT = ("user__username", "user__name", "user__phone_number", "user__email", "user__is_active")


def by_password(
    *, client: StoredClient, username: str, password: str, scope: str | None, address: str, at: datetime
) -> Issued:
    """Give the app tokens for its account: ``password`` is the credential of its device.

    ``address`` is the caller's, by which wrong credentials are counted. Raises
    :class:`~connectid.devices.errors.LoginFromDifferentDevice`, :class:`~connectid.oauth.errors.InvalidCredentials` where they
    are definitely wrong, and :class:`~connectid.core.ratelimit.Throttled` where too many were, or to ask once more.
    """
    _require_app(client)
    granted = scopes.granted(scope)
    device = _proven_device(username, password, address, at)
    family = Family(new_ordered_uuid(), client, device.account_id, authenticated_at=at)
    with transaction.atomic():
        if credentials.hold(device):
            return tokens.issue_pair(family=family, scope=granted, at=at)
    # The account moved to another phone, or was closed, since its credential was looked at: say which.
    _proven_device(username, password, address, at)
    raise Throttled(retry_after=1)  # or it was closed and opened again: what is right now is never a 400


def by_client_credentials(*, client: StoredClient, scope: str | None, at: datetime) -> Issued:
    """Give a confidential client a token of its own."""
    _require(client, Client.GRANT_CLIENT_CREDENTIALS)
    return tokens.issue_to_client(client=client, scope=scopes.granted(scope), at=at)


def by_code(*, client: StoredClient, code: str, redirect_uri: str, verifier: str, at: datetime) -> Issued:
    """Exchange an authorization code, once. Raises :class:`~connectid.oauth.errors.InvalidAuthorizationCode`.

    A code that comes a second time was stolen on one of its two ways, so that what it gave ends (RFC 9700 section 4.5).
    """
    _require(client, Client.GRANT_AUTHORIZATION_CODE)
    with transaction.atomic():
        found = _held_code(code, client)
        issued = None
        if found is not None and found.used_at is not None:
            log.warning("code_reused", client=client.client_id)
            revocation.revoke_family(family=found.token_family, at=at)
        elif found is not None and _is_good(found, at) and _fits(found, redirect_uri, verifier, client):
            found.used_at = at
            found.save(update_fields=["used_at"])
            issued = tokens.issue_pair(family=_family(found, client), scope=found.scope, at=at)
    if found is None or issued is None:  # raised out here, for inside it would undo what a reuse has ended
        raise errors.InvalidAuthorizationCode
    return identity.with_id_token(
        issued, family=_family(found, client), account=found.user, nonce=found.nonce, at=at
    )


def by_refresh_token(*, client: StoredClient, refresh_token: str, scope: str | None, at: datetime) -> Issued:
    """Exchange a refresh token for the next pair of its family, once. Raises :class:`~connectid.oauth.errors.InvalidRefreshToken`.

    A token that comes a second time shows that two parties hold it, and nobody knows which is the thief: the family ends
    (RFC 9700 section 4.14.2). Of two at once, one gets its tokens and the other ends them.
    """
    with transaction.atomic():
        found = _held_refresh_token(refresh_token, client)
        issued = None
        if found is not None and found.revoked is not None:
            log.warning("refresh_token_reused", client=client.client_id)
            revocation.revoke_family(family=found.token_family, at=at)
        elif found is not None and _is_good(found, at):
            narrowed = scopes.narrowed(scope, found.scope)
            revocation.revoke_family(family=found.token_family, at=at)
            issued = tokens.issue_pair(family=_family(found, client), scope=narrowed, at=at)
    if found is None or issued is None:  # raised out here, for inside it would undo what a reuse has ended
        raise errors.InvalidRefreshToken
    return identity.with_id_token(issued, family=_family(found, client), account=found.user, nonce="", at=at)


def _require(client: StoredClient, grant: str) -> None:
    if client.grant != grant or (client.is_public and grant == Client.GRANT_CLIENT_CREDENTIALS):
        raise errors.GrantNotForClient


def _require_app(client: StoredClient) -> None:
    """Let the app through, and nobody else."""
    if not client.is_the_app:
        raise errors.GrantNotForClient
    if client.grant != Client.GRANT_PASSWORD:
        # An operator's mistake, which must not make phones wipe themselves: 401 (contract 4.1).
        log.error("app_client_misconfigured", client=client.client_id)
        raise errors.InvalidClient


def _proven_device(username: str, password: str, address: str, at: datetime) -> KnownDevice:
    try:
        return credentials.authenticate(username=username, credential=password, address=address, at=at)
    except InvalidDeviceCredential:
        raise errors.InvalidCredentials from None


def _held_code(code: str, client: StoredClient) -> AuthorizationCode | None:
    """The code with its account, both rows held to the end of the transaction: the account's first, as everywhere."""
    return (
        AuthorizationCode.objects.select_for_update(of=("user", "self"), no_key=True)
        .select_related("user")
        .only(
            *("token_family", "user_id", "scope", "redirect_uri", "code_challenge", "nonce"),
            *("authenticated_at", "expires", "used_at", *_ACCOUNT),
        )
        .filter(code_checksum=checksum(code), application_id=client.id)
        .first()
    )


def _held_refresh_token(refresh_token: str, client: StoredClient) -> RefreshToken | None:
    """The refresh token with its account, both rows held to the end of the transaction."""
    return (
        RefreshToken.objects.select_for_update(of=("user", "self"), no_key=True)
        .select_related("user")
        .only("token_family", "user_id", "scope", "authenticated_at", "expires", "revoked", *_ACCOUNT)
        .filter(token_checksum=checksum(refresh_token), application_id=client.id)
        .first()
    )


def _is_good(granted: AuthorizationCode | RefreshToken, at: datetime) -> bool:
    return granted.expires > at and granted.user.is_active


def _family(granted: AuthorizationCode | RefreshToken, client: StoredClient) -> Family:
    return Family(granted.token_family, client, granted.user_id, granted.authenticated_at)


def _fits(code: AuthorizationCode, redirect_uri: str, verifier: str, client: StoredClient) -> bool:
    """Whether the exchange comes from who began the sign-in: the same redirect address, and PKCE's verifier.

    Without a challenge there must be no verifier, or an attacker could strip the challenge on its way (RFC 9700 section
    4.8.2); and only a confidential client may have used none.
    """
    if not hmac.compare_digest(code.redirect_uri.encode(), redirect_uri.encode()):
        return False
    if not code.code_challenge:
        return not verifier and not client.is_public
    if not _VERIFIER.fullmatch(verifier):
        return False
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(challenge, code.code_challenge.encode())
