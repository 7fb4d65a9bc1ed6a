"""GET /messaging/retrieve_notifications/ (contract 6.1)."""

import msgspec

from connectid.devices.authentication import device_basic
from connectid.messaging import polling
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
    ahead = staticmethod(polling.statement)

    def get(self) -> Polled:
        return self.answer_json(polling.poll(device_basic.principal(self.request).account_id), as_type=Polled)
