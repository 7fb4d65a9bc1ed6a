"""A partner that tells people something."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.test import Client

from connectid.accounts.models import Account
from connectid.core.identifiers import new_ordered_uuid
from connectid.devices.models import PushRegistration
from connectid.devices.queries import token_digest
from connectid.oauth.operations import clients
from connectid.testing.scene import basic

SEND = "/messaging/send/"
SEND_BULK = "/messaging/send_bulk/"


def sender(*permissions: str) -> dict[str, str]:
    """Headers of a client with these permissions."""
    made = clients.create_client(name="Connect", grant="client-credentials", permissions=permissions)
    return basic(made.client_id, made.client_secret)


def workers(number: int, *, endings: Sequence[str] = ("",)) -> list[Account]:
    """Accounts with a phone that pushes reach, many at once; addresses end so in turn, which chooses what becomes of pushes."""
    made = Account.objects.bulk_create(
        Account(username=f"worker-{new_ordered_uuid().hex}{endings[place % len(endings)]}")
        for place in range(number)
    )
    PushRegistration.objects.bulk_create(
        PushRegistration(
            account=one, token=f"to-{one.username}", token_digest=token_digest(f"to-{one.username}")
        )
        for one in made
    )
    return made


def names(accounts: Iterable[Account]) -> list[str]:
    """Their usernames."""
    return [account.username for account in accounts]


def send(client: Client, headers: dict[str, str], **message: Any) -> Any:
    """Send one message."""
    return client.post(SEND, message, content_type="application/json", headers=headers)


def send_bulk(client: Client, headers: dict[str, str], *messages: Any) -> Any:
    """Send many."""
    return client.post(SEND_BULK, {"messages": messages}, content_type="application/json", headers=headers)
