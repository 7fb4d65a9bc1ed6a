"""Items 1 to 4 and 13: notifications and messages."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from benchmarks.baselines.pattern import Pattern
from connectid.accounts.models import Account, new_subject
from connectid.core import clock
from connectid.devices.models import PushRegistration
from connectid.devices.queries import Recipient, token_digest
from connectid.messaging.models import Channel, Direction, Message, MessageServer, Status
from connectid.messaging.polling import poll, poll_messages
from connectid.notifications.models import Kind, Notification
from connectid.notifications.operations import reminders, sending
from connectid.providers import push
from connectid.providers.push import Delivered, Push

PAYLOAD = {"action": "ccc_generic_opportunity", "title": "Title", "body": "A body, as usual."}
EACH = 10
"""Messages of each person that wait."""


def people(count: int) -> list[Account]:
    """Accounts whose phones take pushes."""
    made = Account.objects.bulk_create(Account(username=new_subject(), password="!") for _ in range(count))
    PushRegistration.objects.bulk_create(
        PushRegistration(account=one, token=f"b-{one.pk}", token_digest=token_digest(f"b-{one.pk}"))
        for one in made
    )
    return made


def push_each_alone(accounts: Iterable[Account]) -> None:
    """The report's loop: a row, a look-up and a push for each, one after the other."""
    for account in accounts:
        Notification(account=account, kind=Kind.CONNECT, payload=json.dumps(PAYLOAD)).save()
        phone = PushRegistration.objects.filter(account=account, ended_at=None).first()
        if phone is not None:
            push.pick().send([Push(phone.token, PAYLOAD)], deadline=10)


def push_at_once(accounts: list[Account]) -> None:
    """Ours."""
    names = [one.username for one in accounts]
    sending.send([sending.Outgoing(names, PAYLOAD)], at=clock.now(), patience=25)


@dataclass(frozen=True)
class Polling:
    """An account with channels, and a message in each."""

    account: Account


def polling(channels: int) -> Polling:
    """Make it."""
    (account,) = people(1)
    place = "https://partner.example.org/"
    servers = [
        MessageServer(
            name="Partner",
            client_id=uuid4().hex,
            secret="s" * 40,
            **{f"{purpose}_url": place for purpose in ("key", "callback", "delivery", "consent")},
        )
        for _ in range(channels)
    ]
    MessageServer.objects.bulk_create(servers)
    made = Channel.objects.bulk_create(
        Channel(server=server, account=account, source="domain") for server in servers
    )
    _tell(account, made)
    return Polling(account)


def _tell(account: Account, channels: Iterable[Channel], *, each: int = 1, hours: int = 0) -> None:
    """Put messages into channels, and announce them."""
    at = clock.now() - timedelta(hours=hours)
    sent = [
        Message(id=uuid4(), channel=channel, direction=Direction.TO_PHONE, sent_at=at)
        for channel in channels
        for _ in range(each)
    ]
    Message.objects.bulk_create(sent)
    Notification.objects.bulk_create(
        Notification(
            account=account,
            kind=Kind.MESSAGING,
            payload=json.dumps(PAYLOAD),
            message_id=one.id,
            created_at=at,
        )
        for one in sent
    )


def messages_by_channel(given: Polling) -> list[Any]:
    """A query for each channel."""
    channels = Channel.objects.filter(account=given.account).select_related("server")
    found: list[Any] = []
    for channel in channels:
        waiting = Message.objects.filter(channel=channel, direction=Direction.TO_PHONE, status=Status.PENDING)
        found += [{"id": str(one.id), "channel": str(channel.pk)} for one in waiting]
    return found


def servers_by_channel(given: Polling) -> list[Any]:
    """A query for each channel's server; ours raise where a relation would be loaded like that, so it is spelled out."""
    told = list(Notification.objects.filter(account=given.account, received_at=None))
    channels = Channel.objects.filter(account=given.account)
    keys = [MessageServer.objects.get(pk=channel.server_id).key_url for channel in channels]
    return [told, keys]


def undelivered(messages: int) -> list[Account]:
    """Messages that nobody fetched, ten of each person."""
    Notification.objects.all().delete()
    Message.objects.all().delete()
    accounts = people(max(1, messages // EACH))
    server = MessageServer.objects.create(name="Partner", client_id=uuid4().hex, secret="s" * 40)
    for account in accounts:
        channel = Channel.objects.create(server=server, account=account, source="domain")
        _tell(account, [channel], each=min(EACH, messages), hours=2)
    return accounts


def push_each_message_again(_: list[Account]) -> None:
    """A push for each message, one after the other, each with its row and its look-ups."""
    waiting = Message.objects.filter(received_at=None, direction=Direction.TO_PHONE).select_related(
        "channel", "channel__account"
    )
    for message in waiting:
        push_each_alone([message.channel.account])


def remind(_: list[Account]) -> None:
    """Ours: one push for each person."""
    reminders.remind(at=clock.now())


@dataclass(frozen=True)
class Answered:
    """A message to so many people, all of whom have a phone, and what became of each push, as it came."""

    stored: sending._Stored
    outcomes: list[Delivered]

    @property
    def names(self) -> Sequence[str]:
        """As the partner named them."""
        return self.stored.message.usernames


def answered(count: int) -> Answered:
    """Make it; nothing of it is in the database."""
    names = [new_subject() for _ in range(count)]
    found = {
        name: (uuid4(), Recipient(account_id=number, username=name, registration_id=number, token="t"))
        for number, name in enumerate(names)
    }
    return Answered(
        sending._Stored(sending.Outgoing(names, PAYLOAD), found),
        [Delivered(f"push-{number}") for number in range(count)],
    )


def sort_by_index(given: Answered) -> dict[str, str]:
    """A search through the list for each name."""
    names = list(given.names)
    answers = [{"username": name, "status": "success"} for name in sorted(names)]
    answers.sort(key=lambda one: names.index(one["username"]))
    return {one["username"]: one["status"] for one in answers}


def told_by_name(given: Answered) -> dict[str, str]:
    """What the server itself does: outcomes are kept by name."""
    return {**sending._told(given.stored, iter(given.outcomes)).statuses}


PATTERNS = (
    Pattern(
        1,
        "a row, a look-up and a push for each",
        "people",
        (20, 200),
        people,
        push_each_alone,
        push_at_once,
        writes=True,
    ),
    Pattern(
        2,
        "a query for each channel's messages",
        "channels",
        (3, 100),
        polling,
        messages_by_channel,
        lambda given: poll_messages(given.account.pk),
    ),
    Pattern(
        3,
        "a query for each channel's server",
        "channels",
        (3, 100),
        polling,
        servers_by_channel,
        lambda given: poll(given.account.pk),
    ),
    Pattern(
        4,
        "a push for each undelivered message",
        "messages",
        (20, 200),
        undelivered,
        push_each_message_again,
        remind,
        writes=True,
    ),
    Pattern(
        13,
        "list.index() as a key to sort by",
        "names",
        (200, 5000),
        answered,
        sort_by_index,
        told_by_name,
        has_statements=False,
    ),
)
