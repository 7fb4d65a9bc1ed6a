"""Reads of channels and messages. What phones and servers ask for most is written as SQL."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, OuterRef, QuerySet, Subquery

from connectid.core import encryption, prepared
from connectid.messaging.models import (
    PREVIOUS_SEALED_AS,
    SEALED_AS,
    Callback,
    Channel,
    Direction,
    Message,
    MessageServer,
    Status,
)
from connectid.notifications.models import Notification


@dataclass(frozen=True, slots=True)
class KnownServer:
    """A message server whose credentials were presented."""

    id: int
    client_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for a message server."""

    server_id: int
    client_id: str
    calls: int
    oldest_at: datetime


_SERVER = """
SELECT id, client_id, name, secret, previous_secret FROM messaging_messageserver WHERE client_id = %s AND is_active
"""


def server_secrets(client_id: str) -> tuple[KnownServer, list[str]] | None:
    """Return the active message server of that id and its live secrets; one statement."""
    row = prepared.row(_SERVER, [client_id])
    if row is None:
        return None
    pk, found_id, name, secret, previous = row
    live = [encryption.decrypt(secret, purpose=SEALED_AS)]
    if previous is not None:
        live.append(encryption.decrypt(previous, purpose=PREVIOUS_SEALED_AS))
    return KnownServer(pk, found_id, name), live


def channel_of_server(server_id: int, channel_id: UUID) -> Channel | None:
    """Return the server's channel of that id."""
    return Channel.objects.filter(pk=channel_id, server_id=server_id).first()


def sent_by(account_id: int, ids: Collection[UUID]) -> dict[tuple[UUID, UUID], Status]:
    """Return the status of those messages that the account's phone sent, by message and channel."""
    found = Message.objects.filter(
        pk__in=ids, channel__account_id=account_id, direction=Direction.TO_SERVER
    ).values_list("pk", "channel_id", "status")
    return {(pk, channel_id): Status(status) for pk, channel_id, status in found}


def owned_channels(account_id: int, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Return whether those channels of the account have its consent."""
    found = Channel.objects.filter(pk__in=ids, account_id=account_id).values_list("pk", "consent")
    return dict(found)


def channel_of_message(message_id: UUID) -> UUID | None:
    """Return the channel in which a message of that id was accepted, whoever's it is; None: the id is free."""
    return Message.objects.filter(pk=message_id).values_list("channel_id", flat=True).first()


def notification_of(message: Message) -> UUID | None:
    """Return the notification that announced the message to its phone, if there is one still; among the account's, by their index."""
    told = Notification.objects.filter(account_id=message.channel.account_id, message_id=message.pk)
    return told.values_list("pk", flat=True).first()


def with_backlog(servers: QuerySet[MessageServer]) -> QuerySet[MessageServer]:
    """Have each server carry ``calls_waiting``, ``oldest_call`` and ``calls_given_up``, None where there is none."""
    calls = Callback.objects.filter(channel__server=OuterRef("pk")).order_by().values("channel__server")
    waiting, given_up = calls.filter(given_up_at=None), calls.filter(given_up_at__isnull=False)
    return servers.annotate(
        calls_waiting=Subquery(waiting.annotate(found=Count("pk")).values("found")),
        oldest_call=Subquery(waiting.annotate(found=Min("created_at")).values("found")),
        calls_given_up=Subquery(given_up.annotate(found=Count("pk")).values("found")),
    )


def backlogs() -> list[Backlog]:
    """Return what waits for each message server, the longest queue first; one statement."""
    found = (
        Callback.objects.filter(given_up_at=None)
        .values_list("channel__server_id", "channel__server__client_id")
        .annotate(calls=Count("pk"), oldest_at=Min("created_at"))
        .order_by("-calls", "channel__server__client_id")
    )
    return [Backlog(*row) for row in found]


def given_up(*, server: str = "") -> QuerySet[Callback]:
    """Return the calls that were given up, oldest first, with their partners; only those of the client id, if one is named."""
    letters = Callback.objects.filter(given_up_at__isnull=False).select_related("channel__server")
    return (letters.filter(channel__server__client_id=server) if server else letters).order_by("pk")
