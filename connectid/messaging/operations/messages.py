"""Accepting sealed messages. Accepted means stored, with what brings them on, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from connectid.core import rows
from connectid.messaging import errors, queries
from connectid.messaging.models import CallbackKind, Direction, Status
from connectid.messaging.operations import callbacks, contents, outcomes, plainly
from connectid.messaging.operations.contents import Content, Parts
from connectid.notifications.models import Kind
from connectid.notifications.operations import notices

MAX_MESSAGES = 500
"""Of one request of a phone, which sends them one by one."""

_VISIBLE_NAME = """(SELECT CASE WHEN c.name = '' THEN c.source ELSE c.name END
                      FROM messaging_channel c WHERE c.id = messaging_message.channel_id)"""

_ACCEPT = """
INSERT INTO messaging_message (id, channel_id, direction, status, sent_at)
SELECT {id}, c.id, '{direction}', 'PENDING', {moment}
  FROM messaging_channel c JOIN accounts_account a ON a.id = c.account_id
 WHERE c.id = %s AND {owner} = %s AND c.consent AND a.is_active
"""

_TO_PHONE = f"""{_ACCEPT} ON CONFLICT (id) DO NOTHING
RETURNING (SELECT c.account_id FROM messaging_channel c WHERE c.id = messaging_message.channel_id), {_VISIBLE_NAME}
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Sealed:
    """A message that a phone sends."""

    id: UUID
    channel_id: UUID
    content: Content


def send_to_phone(
    *,
    server_id: int,
    channel_id: UUID | None,
    message_id: UUID | None,
    content: Content | None,
    push_options: Mapping[str, str],
    at: datetime,
) -> UUID:
    """Accept a server's message: stored with the notification that the phone polls and the push that announces it.

    One statement on PostgreSQL, three where that one finds something out of the ordinary, and elsewhere. Raises
    :class:`~connectid.messaging.errors.MessageInvalid`,
    :class:`~connectid.messaging.errors.ChannelMissing`, :class:`~connectid.messaging.errors.NoConsent` and
    :class:`~connectid.messaging.errors.MessageExists` (contract 7.11).
    """
    if content is None or message_id is None:
        raise errors.MessageInvalid
    if channel_id is None:
        raise errors.ChannelMissing
    if plainly.to_phone(
        server_id=server_id,
        channel_id=channel_id,
        message_id=message_id,
        parts=contents.payload_parts(message_id, channel_id, content),
        push_options=notices.stored_options(push_options),
        at=at,
    ):
        return message_id
    sql = _statement(_TO_PHONE, Direction.TO_PHONE, "c.server_id")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql, _parameters(message_id, channel_id, server_id, at))
            accepted = cursor.fetchone()
        if accepted is None:
            raise _why_not(server_id, channel_id, message_id)
        account_id, visible_name = accepted
        notices.store(
            account_id=account_id,
            kind=Kind.MESSAGING,
            payload=contents.payload(message_id, channel_id, visible_name, content),
            message_id=message_id,
            push_options=push_options,
            at=at,
        )
    return message_id


def send_to_server(*, account_id: int, messages: Sequence[Sealed], at: datetime) -> list[UUID]:
    """Accept a phone's messages, each stored with its callback; return the ids that are on their way now.

    One statement on PostgreSQL and three elsewhere, whatever their number; some more when a message is sent again: one that did not arrive yet is in
    the answer, and tried anew if it was given up; one that arrived is not (contract 6.4). Raises
    :class:`~connectid.messaging.errors.UnknownChannel`, :class:`~connectid.messaging.errors.ConsentWithdrawn` and
    :class:`~connectid.messaging.errors.MessageIdMissing`; then nothing is stored.
    """
    by_id = {message.id: message for message in messages}
    if plainly.to_server(account_id=account_id, messages=_in_parts(by_id.values(), at), at=at):
        return list(by_id)
    with transaction.atomic():
        accepted = _accept_all(account_id, list(by_id.values()), at)
        woken = callbacks.store(
            [
                callbacks.NewCallback(
                    message.channel_id,
                    CallbackKind.DELIVERY,
                    contents.delivery(
                        message.id, message.channel_id, accepted[message.id], message.content, at=at
                    ),
                    message_id=message.id,
                )
                for message in by_id.values()
                if message.id in accepted
            ],
            at=at,
        )
        repeated = [message for message in by_id.values() if message.id not in accepted]
        waiting = _judge_repeated(account_id, repeated) if repeated else set()
        if waiting:
            woken += outcomes.replay_deliveries(waiting, at=at)
        # At once, and so in their order: two requests that wake each other's channels would else wait in a circle.
        callbacks.wake_all(woken)
    return [id_ for id_ in by_id if id_ in accepted or id_ in waiting]


def _in_parts(messages: Iterable[Sealed], at: datetime) -> list[tuple[UUID, UUID, Parts]]:
    return [
        (one.id, one.channel_id, contents.delivery_parts(one.id, one.channel_id, one.content, at=at))
        for one in messages
    ]


def _accept_all(account_id: int, messages: list[Sealed], at: datetime) -> dict[UUID, str]:
    """Insert what is new into channels that the account owns and allows; return the visible names by message."""
    one = _statement(_ACCEPT, Direction.TO_SERVER, "c.account_id")
    sql = " UNION ALL ".join([one, *[_select_of(one)] * (len(messages) - 1)])
    parameters: list[Any] = []
    # Always in one order: of two requests with the same ids, one waits for the other, and not each for the other.
    for message in sorted(messages, key=lambda one: one.id):
        parameters += _parameters(message.id, message.channel_id, account_id, at)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ON CONFLICT (id) DO NOTHING RETURNING id, {_VISIBLE_NAME}", parameters)
        return {rows.identifier(pk): name for pk, name in cursor.fetchall()}


def _judge_repeated(account_id: int, repeated: list[Sealed]) -> set[UUID]:
    """Return those that are known and still on their way. Raises what the others are refused for."""
    known = queries.sent_by(account_id, [message.id for message in repeated])
    unknown = [message for message in repeated if (message.id, message.channel_id) not in known]
    if unknown:
        own = queries.owned_channels(account_id, [message.channel_id for message in unknown])
        for message in unknown:
            if message.channel_id not in own:
                raise errors.UnknownChannel
            if not own[message.channel_id]:
                raise errors.ConsentWithdrawn
        # The id is somebody else's, or of another channel, or went the other way.
        raise errors.MessageIdMissing
    return {id_ for (id_, _), status in known.items() if status == Status.PENDING}


def _why_not(server_id: int, channel_id: UUID, message_id: UUID) -> Exception:
    channel = queries.channel_of_server(server_id, channel_id)
    if channel is None:
        return errors.ChannelMissing()
    taken_by = queries.channel_of_message(message_id)
    # What was accepted stays so: a partner whose answer got lost asks again, maybe after the person stopped the channel.
    if not channel.consent and taken_by != channel_id:
        return errors.NoConsent()
    if taken_by is not None:
        return errors.MessageExists()
    return errors.ChannelMissing()  # its account is closed


def _statement(template: str, direction: Direction, owner: str) -> str:
    return template.format(
        id=rows.as_identifier(), moment=rows.as_moment(), direction=direction.value, owner=owner
    )


def _select_of(statement: str) -> str:
    return statement[statement.index("SELECT") :]


def _parameters(message_id: UUID, channel_id: UUID, owner_id: int, at: datetime) -> list[Any]:
    return [
        rows.stored_identifier(message_id),
        rows.stored_moment(at),
        rows.stored_identifier(channel_id),
        owner_id,
    ]
