"""The requests that phones and partners send most, each of many phones in turn."""

import json
from collections.abc import Callable, Iterator
from uuid import uuid4

from benchmarks.fleet.crew import Crew, agreed, request_text
from benchmarks.hot.costs import Hot

PHONES = 120
"""That call, spread over the population, each with what the goals name: 3 channels and 20 notifications."""
NOTIFICATIONS = 20
ACKNOWLEDGED = 2
"""At once."""

_SEALED = {"ciphertext": "Y2lwaGVydGV4dA==" * 12, "nonce": "bm9uY2Ux" * 2, "tag": "dGFndGFndGFndGFndGFndA=="}


def hot_endpoints(crew: Crew, count: int) -> Iterator[Hot]:
    """Yield every endpoint with ``count`` requests."""
    numbers = _fill(crew)

    def of(make: Callable[[int], str], *, times: int = count) -> list[str]:
        return [make(numbers[position % PHONES]) for position in range(times)]

    yield Hot("retrieve_notifications", of(crew.poll), 2, 1.2)
    yield Hot("retrieve_messages", of(lambda one: crew.read("/messaging/retrieve_messages/", one)), 2, 1.2)
    yield Hot("toggles", of(lambda one: crew.read("/toggles", one)), 2, 1.0)
    yield Hot("fetch_db_key", of(lambda one: crew.read("/users/fetch_db_key", one)), 2, 1.0)
    yield Hot("credentials", of(lambda one: crew.read("/users/credentials", one)), 2, 1.0)
    yield Hot("userinfo", of(crew.userinfo), 2, 1.0)
    yield Hot("introspect", of(crew.introspect), 2, 1.0)
    yield Hot("heartbeat, nothing new", of(crew.heartbeat), 2, 1.0, expected=202, is_read=False)
    yield Hot("token, password grant", of(crew.token, times=count // 4), 6, 3.0, is_read=False)
    yield Hot("send_message", of(crew.message, times=count // 2), 4, None, expected=201, is_read=False)
    yield Hot("send_fcm", of(crew.message_of_partner, times=count // 4), 4, None, is_read=False)
    acknowledged = _acknowledgements(crew, numbers)
    yield Hot("update_notification_received", acknowledged, 4, None, is_read=False)


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
    """Phones that may call and take messages, each once, in the order of chance."""
    found: dict[int, None] = {}
    while len(found) < PHONES:
        number = crew.somebody()
        if agreed(number) == number:
            found[number] = None
    return list(found)


def _acknowledgements(crew: Crew, numbers: list[int]) -> list[str]:
    """Requests that acknowledge half of what each phone has, a few at a time."""
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
