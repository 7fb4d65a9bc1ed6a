"""Writes about clients: registering one, giving it another secret, proving its secret."""

from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from django.db import transaction

from connectid.core import passwords, ratelimit, secrets
from connectid.oauth import errors, limits
from connectid.oauth.models import Client
from connectid.oauth.permissions import ALL, Permission
from connectid.oauth.queries.clients import StoredClient, stored_client

log = structlog.get_logger(__name__)

_digest = passwords.KeyedBlake2b()


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client as its owner must note it; the secret is not to be seen again. It is empty for a public client."""

    client_id: str
    client_secret: str


def create_client(
    *,
    name: str,
    grant: str,
    client_id: str = "",
    client_secret: str = "",
    public: bool = False,
    redirect_uris: Iterable[str] = (),
    post_logout_redirect_uris: Iterable[str] = (),
    permissions: Iterable[str] | None = None,
) -> NewClient:
    """Register a client; id and secret are made where they are not given.

    ``permissions`` None means every one; a public client never has any. Registering the same client again, its name aside,
    changes nothing, so that provisioning can be repeated. Raises :class:`~connectid.oauth.errors.ClientExists` when the id
    is taken by a different one, and Django's ``ValidationError`` naming every field that will not do.
    """
    secret = client_secret or secrets.new_token()
    wanted = Client(
        name=name,
        client_id=client_id or secrets.new_client_id(),
        client_secret=stored_secret(secret),
        client_type=Client.CLIENT_PUBLIC if public else Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=grant,
        redirect_uris=" ".join(redirect_uris),
        post_logout_redirect_uris=" ".join(post_logout_redirect_uris),
        permissions=[] if public else sorted(ALL if permissions is None else {*permissions}),
    )
    with transaction.atomic():
        existing = Client.objects.select_for_update().filter(client_id=wanted.client_id).first()
        if existing is None:
            wanted.full_clean()
            wanted.save()
        elif not _is_as(wanted, existing) or not (public or _matches(client_secret, existing.client_secret)):
            raise errors.ClientExists
    return NewClient(client_id=wanted.client_id, client_secret="" if public else secret)


def replace_secret(*, client: Client) -> NewClient:
    """Give a confidential client a new secret; those before it stop working at once."""
    secret = secrets.new_token()
    client.client_secret = stored_secret(secret)
    client.previous_client_secret = ""
    client.save(update_fields=["client_secret", "previous_client_secret", "updated"])
    return NewClient(client_id=client.client_id, client_secret=secret)


def authenticate_client(
    *, client_id: str, client_secret: str, permission: Permission, address: str
) -> StoredClient | None:
    """Return the confidential client that these credentials prove, if it has ``permission``; None otherwise.

    One statement, and one more when its secret is stored under an older key or as the former server stored it. An unknown
    id costs what a wrong secret costs, so that the time of a refusal does not tell which ids exist. ``address`` is the caller's,
    by which slow comparisons are counted. Raises :class:`~connectid.core.ratelimit.Throttled`.
    """
    return prove_client(
        stored_client(client_id), client_secret=client_secret, permission=permission, address=address
    )


def prove_client(
    found: StoredClient | None, *, client_secret: str, permission: Permission, address: str
) -> StoredClient | None:
    """Do what :func:`authenticate_client` does with what was found by the id: a public client can prove nothing."""
    client = None if found is None or found.is_public else found
    _count_if_slow(client, address)
    if not _proves(client_secret, client) or client is None:
        return None
    if permission not in client.permissions:
        log.warning("client_lacks_permission", client=client.client_id, permission=permission.value)
        return None
    return client


def identify_client(*, client_id: str, client_secret: str, address: str) -> StoredClient:
    """Return the client that asks for a token or ends one: a confidential one by its secret, a public one by its id alone.

    ``address`` is the caller's, by which wrong secrets are counted. Raises
    :class:`~connectid.oauth.errors.InvalidClient` and :class:`~connectid.core.ratelimit.Throttled`.
    """
    client = stored_client(client_id)
    if client is not None and client.is_public and not client_secret:
        return client
    confidential = None if client is None or client.is_public else client
    _count_if_slow(confidential, address)
    if confidential is None or not _proves(client_secret, confidential):
        ratelimit.spend(limits.WRONG_SECRETS_PER_ADDRESS, address)
        raise errors.InvalidClient
    return confidential


def _count_if_slow(client: StoredClient | None, address: str) -> None:
    """Count a comparison with a hash of the former server, before it is made: anybody may ask for one (E-72)."""
    if client is not None and any(
        secret and _is_imported(secret) for secret in (client.stored_secret, client.previous_secret)
    ):
        ratelimit.spend(limits.IMPORTED_SECRETS_PER_ADDRESS, f"{client.client_id} {address}")


def _proves(client_secret: str, client: StoredClient | None) -> bool:
    if client is None:
        stored_secret(client_secret)
        return False
    if not _matches(client_secret, client.stored_secret):
        return client.previous_secret != "" and _matches(client_secret, client.previous_secret)
    if _is_outdated(client.stored_secret):
        # Only while it is still what was verified: an operator may have replaced it meanwhile.
        unchanged = Client.objects.filter(pk=client.id, client_secret=client.stored_secret)
        unchanged.update(client_secret=stored_secret(client_secret))
    return True


def stored_secret(secret: str) -> str:
    """What the client's row keeps of its secret."""
    return _digest.encode(secret, _digest.salt())


def _matches(secret: str, stored: str) -> bool:
    if _is_imported(stored):
        return passwords.verify_imported(secret, stored)
    return _digest.verify(secret, stored)


def _is_outdated(stored: str) -> bool:
    return _is_imported(stored) or _digest.must_update(stored)


def _is_imported(stored: str) -> bool:
    return not stored.startswith(f"{_digest.algorithm}$")


def _is_as(wanted: Client, existing: Client) -> bool:
    compared = (
        *("client_type", "authorization_grant_type", "redirect_uris", "post_logout_redirect_uris"),
        "permissions",
    )
    return all(getattr(existing, field) == getattr(wanted, field) for field in compared)
