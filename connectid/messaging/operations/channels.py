"""Opening channels, and a person's consent to them."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from connectid.accounts import queries as account_queries
from connectid.core import replicas
from connectid.messaging import errors
from connectid.messaging.models import CallbackKind, Channel, MessageServer
from connectid.messaging.operations import callbacks
from connectid.notifications.models import Kind
from connectid.notifications.operations import notices

NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class OpenedChannel:
    """A channel, and whether this call made it."""

    id: UUID
    consent: bool
    is_new: bool


def open_channel(*, server_id: int, subject: str, source: str, name: str, at: datetime) -> OpenedChannel:
    """Make the server's channel to ``subject`` for ``source``, or find it; tell the phone of a new one (contract 7.11).

    A name that is not empty replaces the channel's. Raises :class:`~connectid.messaging.errors.ChannelInvalid` and
    :class:`~connectid.messaging.errors.UnknownSubject`.
    """
    if not subject or not source or len(source) > NAME_LENGTH or len(name) > NAME_LENGTH:
        raise errors.ChannelInvalid
    account = account_queries.active_subject(subject)
    if account is None:
        raise errors.UnknownSubject
    with transaction.atomic():
        wanted = Channel(server_id=server_id, account_id=account.pk, source=source, name=name, created_at=at)
        channel = _find_or_make(wanted)
        is_new = channel.pk == wanted.pk
        if is_new:
            _announce(channel, at)
        elif name and name != channel.name:
            Channel.objects.filter(pk=channel.pk).update(name=name)
            replicas.wrote([account.pk])
    return OpenedChannel(channel.pk, channel.consent, is_new)


def update_consent(*, account_id: int, channel_id: UUID | None, consent: bool, at: datetime) -> None:
    """Store whether the person allows the channel, and have its server told (contract 6.3).

    Raises :class:`~connectid.messaging.errors.UnknownChannel`, also for somebody else's.
    """
    with transaction.atomic():
        if channel_id is None:
            raise errors.UnknownChannel
        own = Channel.objects.filter(pk=channel_id, account_id=account_id)
        if not own.update(consent=consent):
            raise errors.UnknownChannel
        replicas.wrote([account_id])
        body = json.dumps({"channel_id": str(channel_id), "consent": consent})
        callbacks.queue([callbacks.NewCallback(channel_id, CallbackKind.CONSENT, body)], at=at)


def _find_or_make(wanted: Channel) -> Channel:
    """Return the channel that is stored; it has the id of ``wanted`` only if nobody, at this moment either, made it before."""
    same = Channel.objects.filter(
        server_id=wanted.server_id, account_id=wanted.account_id, source=wanted.source
    )
    found = same.first()
    if found is None:
        Channel.objects.bulk_create([wanted], ignore_conflicts=True)
        found = same.get()
    return found


def _announce(channel: Channel, at: datetime) -> None:
    visible_name = channel.visible_name
    key_url = MessageServer.objects.values_list("key_url", flat=True).get(pk=channel.server_id)
    payload = {
        "title": "New Channel",
        "body": f"A new messaging channel is available from {visible_name}, press here to view",
        "action": "ccc_message",
        "channel_id": str(channel.pk),
        "channel_source": visible_name,
        "channel_name": visible_name,
        "key_url": key_url,
        # Phones compare it with "true"; anything else stops the channel at once (contract 12.3).
        "consent": "true",
    }
    notices.store(account_id=channel.account_id, kind=Kind.CONNECT, payload=payload, at=at)
