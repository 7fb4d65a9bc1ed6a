"""The requests that phones and partners send most, each of many phones in turn."""

import json
from collections.abc import Callable, Iterator
from uuid import uuid4

from benchmarks.fleet.crew import Crew, agreed, request_text
from benchmarks.hot.costs import Hot
from connectid.population.people import UNREACHED

PHONES = 120
"""That call, spread over the population, each with what the goals name: 3 channels and 20 notifications."""
NOTIFICATIONS = 20
ACKNOWLEDGED = 2
"""At once."""

PHONES_MS = 1.0
"""Milliseconds of the application's CPU that any request of a phone may take (design's standing goals), polls and writes among them."""
OF_PARTNERS_MS, TOKEN_MS = 1.0, 3.0
"""The same for what partners ask all day, and for a token, whose goals are ours."""
_SEALED = {"ciphertext": "Y2lwaGVydGV4dA==" * 12, "nonce": "bm9uY2Ux" * 2, "tag": "dGFndGFndGFndGFndGFndA=="}


def hot_endpoints(crew: Crew, count: int) -> Iterator[Hot]:
    """Yield every endpoint: reads and heartbeats with ``count`` requests, writes with fewer. Reads come first, on what was prepared for them."""
    numbers = _fill(crew)

    def of(make: Callable[[int], str], *, times: int = count) -> list[str]:
        return [make(numbers[position % PHONES]) for position in range(times)]

    yield Hot("retrieve_notifications", of(crew.poll), 2, PHONES_MS)
    messages = of(lambda one: crew.read("/messaging/retrieve_messages/", one))
    yield Hot("retrieve_messages", messages, 2, PHONES_MS)
    yield Hot("toggles", of(lambda one: crew.read("/toggles", one)), 2, PHONES_MS)
    yield Hot("fetch_db_key", of(lambda one: crew.read("/users/fetch_db_key", one)), 2, PHONES_MS)
    yield Hot("credentials", of(lambda one: crew.read("/users/credentials", one)), 2, PHONES_MS)
    yield Hot("userinfo", of(crew.userinfo), 2, OF_PARTNERS_MS)
    yield Hot("introspect", of(crew.introspect), 2, OF_PARTNERS_MS)
    yield Hot("heartbeat, nothing new", of(crew.heartbeat), 2, PHONES_MS, expected=202, is_read=False)
    yield Hot("token, password grant", of(crew.token, times=count // 4), 6, TOKEN_MS, is_read=False)
    sent = of(crew.message, times=count // 2)
    yield Hot("send_message", sent, 4, PHONES_MS, expected=201, is_read=False)
    sent = of(crew.message_of_partner, times=count // 4)
    yield Hot("send_fcm", sent, 4, OF_PARTNERS_MS, is_read=False)
    acknowledged = _acknowledgements(crew, numbers)
    yield Hot("update_notification_received", acknowledged, 4, PHONES_MS, is_read=False)


def _fill(crew: Crew) -> list[int]:
    """Choose the phones, and leave each with exactly :data:`NOTIFICATIONS` that it has not acknowledged."""
    from connectid.core import clock
    from connectid.messaging.models import Message
    from connectid.notifications.models import Kind, Notification
    from connectid.population.conversations import channel_id
    from connectid.population.plan import CHANNELS

    numbers = _somebodies(crew)
    Notification.objects.filter(account_id__in=numbers, received_at=None).update(received_at=clock.now())
    told = [
        (number, channel_id(crew.plan, number, position % CHANNELS), uuid4())
        for number in numbers
        for position in range(NOTIFICATIONS)
    ]
    Message.objects.bulk_create(
        Message(id=message, channel_id=channel, direction="M") for _, channel, message in told
    )
    Notification.objects.bulk_create(
        Notification(
            account_id=number,
            kind=Kind.MESSAGING,
            message_id=message,
            payload=json.dumps(
                {
                    "message_id": str(message),
                    "channel": channel,
                    "channel_name": "Malaria",
                    **_SEALED,
                    "status": "PENDING",
                    "action": "ccc_message",
                    "title": "New Connect Message",
                    "body": "You received a new message from Malaria",
                }
            ),
        )
        for number, channel, message in told
    )
    return numbers


def _somebodies(crew: Crew) -> list[int]:
    """Phones that may call, take messages and are reached by pushes, each once, in the order of chance."""
    found: dict[int, None] = {}
    while len(found) < PHONES:
        number = crew.somebody()
        if agreed(number) == number and number % 10 != UNREACHED:
            found[number] = None
    return list(found)


def _acknowledgements(crew: Crew, numbers: list[int]) -> list[str]:
    """Requests that acknowledge half of the notifications that each phone has been left with, :data:`ACKNOWLEDGED` at a time."""
    from connectid.notifications.models import Notification

    waiting: dict[int, list[str]] = {number: [] for number in numbers}
    found = Notification.objects.filter(account_id__in=numbers, received_at=None)
    for account_id, pk in found.values_list("account_id", "pk"):
        waiting[account_id].append(str(pk))
    return [
        request_text(
            "POST",
            "/messaging/update_notification_received/",
            crew.phone(number),
            json.dumps({"notifications": ids[first : first + ACKNOWLEDGED]}),
        )
        for first in range(0, NOTIFICATIONS // 2, ACKNOWLEDGED)
        for number, ids in waiting.items()
    ]
