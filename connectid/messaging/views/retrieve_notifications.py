"""GET /messaging/retrieve_notifications/ (contract 6.1)."""

from collections.abc import Sequence

import msgspec

from connectid.devices.authentication import device_basic
from connectid.messaging import queries, wire
from connectid.messaging.queries import PolledChannel, PolledNotification
from connectid.web.endpoint import Endpoint


class ListedChannel(msgspec.Struct):
    """A channel; the app deletes, with their keys, those that are not in the list, so it is always whole."""

    channel_id: str
    channel_source: str
    """What older apps show."""
    channel_name: str
    key_url: str
    consent: bool


class Polled(msgspec.Struct):
    """What the phone has not acknowledged, oldest first, and every channel.

    A notification is an object of texts: its own ``notification_id``, ``notification_type`` and ``timestamp``, and whatever
    its sender said.
    """

    notifications: list[dict[str, str]]
    channels: list[ListedChannel]


class RetrieveNotifications(Endpoint):
    """What the caller's phone has not acknowledged yet, and its channels."""

    auth = (device_basic,)
    fast = True

    def get(self) -> Polled:
        channels, notifications = queries.poll(device_basic.principal(self.request).account_id)
        return self.answer_json(_render(channels, notifications), as_type=Polled)


def _render(channels: Sequence[PolledChannel], notifications: Sequence[PolledNotification]) -> str:
    """The JSON of a :class:`Polled`. Payloads are JSON already, and go out as they were stored: phones poll this every hour."""
    listed = msgspec.json.encode([_channel(one) for one in channels]).decode()
    return f'{{"notifications":[{",".join(map(wire.notification, notifications))}],"channels":{listed}}}'


def _channel(found: PolledChannel) -> ListedChannel:
    return ListedChannel(
        channel_id=found.id,
        channel_source=found.visible_name,
        channel_name=found.visible_name,
        key_url=found.key_url,
        consent=found.consent,
    )
