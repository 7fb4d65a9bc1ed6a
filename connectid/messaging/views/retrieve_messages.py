"""GET /messaging/retrieve_messages/ (contract 9; apps up to 2.61)."""

import msgspec

from connectid.devices.authentication import device_basic
from connectid.messaging import queries
from connectid.messaging.queries import PolledChannel, PolledNotification
from connectid.web.endpoint import Endpoint


class ChannelOfMessages(msgspec.Struct):
    """A channel, as these apps know it."""

    channel_source: str
    channel_id: str
    key_url: str
    consent: bool


class Unread(msgspec.Struct):
    """Every channel, and the messages that the phone has not acknowledged, oldest first."""

    channels: list[ChannelOfMessages]
    messages: list[dict[str, str]]


class RetrieveMessages(Endpoint):
    """The messages to the caller that were not acknowledged yet, and the caller's channels."""

    auth = (device_basic,)
    fast = True

    def get(self) -> Unread:
        account_id = device_basic.principal(self.request).account_id
        channels, messages = queries.poll_messages(account_id)
        return Unread([_channel(one) for one in channels], [_message(one) for one in messages])


def _message(found: PolledNotification) -> dict[str, str]:
    texts: dict[str, str] = msgspec.json.decode(found.payload)
    texts["notification_type"] = found.kind
    texts["timestamp"] = found.timestamp
    return texts


def _channel(found: PolledChannel) -> ChannelOfMessages:
    return ChannelOfMessages(
        channel_source=found.visible_name,
        channel_id=found.id,
        key_url=found.key_url,
        consent=found.consent,
    )
