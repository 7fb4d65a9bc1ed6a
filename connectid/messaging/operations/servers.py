"""Message servers: registering one, proving its secret."""

import hmac
from dataclasses import dataclass

from django.db import transaction

from connectid.core import secrets
from connectid.messaging import errors, queries
from connectid.messaging.models import MessageServer
from connectid.messaging.queries import KnownServer


@dataclass(frozen=True, slots=True)
class NewMessageServer:
    """What the partner must be told; its HMAC key is the secret (contract 13.3)."""

    client_id: str
    client_secret: str


def create_message_server(
    *,
    name: str,
    key_url: str,
    callback_url: str,
    delivery_url: str,
    consent_url: str,
    client_id: str = "",
    secret: str = "",
) -> NewMessageServer:
    """Register a message server; id and secret are made where they are not given.

    An issuer may have the same id and secret: partners hold one pair for both (contract A7). Registering the same server
    again, its name aside, changes nothing. Raises :class:`~connectid.messaging.errors.MessageServerExists` when the id is
    taken by a different one, and Django's ``ValidationError`` naming every field that will not do.
    """
    wanted = MessageServer(
        name=name,
        client_id=client_id or secrets.new_client_id(),
        secret=secret or new_secret(),
        key_url=key_url,
        callback_url=callback_url,
        delivery_url=delivery_url,
        consent_url=consent_url,
    )
    with transaction.atomic():
        existing = MessageServer.objects.select_for_update().filter(client_id=wanted.client_id).first()
        if existing is None:
            wanted.full_clean()
            wanted.save()
        elif not _is_as(wanted, existing):
            raise errors.MessageServerExists
    return NewMessageServer(client_id=wanted.client_id, client_secret=wanted.secret)


def authenticate(*, client_id: str, secret: str) -> KnownServer | None:
    """Return the active message server whose id and secret these are; one statement (contract A6)."""
    found = queries.server_secrets(client_id)
    server, live = found or (None, [new_secret()])
    # Every secret is compared, so that the time tells neither which one it was nor whether the id exists.
    matches = [hmac.compare_digest(secret.encode(), known.encode()) for known in live]
    return server if any(matches) else None


def new_secret() -> str:
    """A secret for a message server."""
    return secrets.new_token()


def _is_as(wanted: MessageServer, existing: MessageServer) -> bool:
    compared = ("secret", "key_url", "callback_url", "delivery_url", "consent_url")
    return all(getattr(existing, field) == getattr(wanted, field) for field in compared)
