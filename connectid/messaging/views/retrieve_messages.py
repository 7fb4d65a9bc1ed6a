"""GET /messaging/retrieve_messages/ (contract 9; apps up to 2.61)."""

import msgspec

from connectid.devices.authentication import device_basic
from connectid.messaging import polling
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
    ahead = staticmethod(polling.statement_of_messages)

    def get(self) -> Unread:
        return self.answer_json(
            polling.poll_messages(device_basic.principal(self.request).account_id), as_type=Unread
        )
