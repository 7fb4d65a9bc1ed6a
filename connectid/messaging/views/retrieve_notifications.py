"""GET /messaging/retrieve_notifications/ (contract 6.1)."""

import msgspec

from connectid.core import datetimes
from connectid.devices.authentication import device_basic
from connectid.messaging import queries
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

    def get(self) -> Polled:
        channels, notifications = queries.poll(device_basic.principal(self.request).account_id)
        return Polled([_notification(one) for one in notifications], [_channel(one) for one in channels])


def _notification(found: PolledNotification) -> dict[str, str]:
    texts: dict[str, str] = msgspec.json.decode(found.payload)
    # Ours last: nothing that a sender wrote may stand in for them (contract 16, E-66).
    texts["notification_id"] = str(found.id)
    texts["notification_type"] = found.kind
    texts["timestamp"] = datetimes.serializer_format(found.created_at)
    return texts


def _channel(found: PolledChannel) -> ListedChannel:
    return ListedChannel(
        channel_id=str(found.id),
        channel_source=found.visible_name,
        channel_name=found.visible_name,
        key_url=found.key_url,
        consent=found.consent,
    )
