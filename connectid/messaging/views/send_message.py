"""POST /messaging/send_message/ (contract 6.4)."""

from http import HTTPStatus
from typing import Any, ClassVar

import msgspec
from dmr import modify

from connectid.devices.authentication import device_basic
from connectid.messaging import errors, wire
from connectid.messaging.operations import messages
from connectid.messaging.operations.messages import MAX_MESSAGES, Sealed
from connectid.web.endpoint import Body, Endpoint
from connectid.web.problems import Refusal


class PhoneMessage(msgspec.Struct):
    """A sealed message to a channel's server; ``timestamp`` is the phone's clock and is not used."""

    channel: Any = None
    content: Any = None
    message_id: Any = None
    timestamp: Any = None


class SentMessages(msgspec.Struct):
    """The ids of the messages that are on their way to the server."""

    message_id: list[str]


class SendMessage(Endpoint):
    """Accept one sealed message of the calling phone, or a list of them; sending one again is harmless."""

    auth = (device_basic,)
    error_key = "errors_list"
    invalid = errors.ContentInvalid
    refusals: ClassVar = (
        errors.MessageIdMissing,
        errors.ChannelIdMissing,
        Refusal(errors.UnknownChannel, key="detail"),
        Refusal(errors.ConsentWithdrawn, key="detail"),
    )

    @modify(status_code=HTTPStatus.CREATED)
    def post(self, parsed_body: Body[PhoneMessage | list[PhoneMessage]]) -> SentMessages:
        given = parsed_body if isinstance(parsed_body, list) else [parsed_body]
        sent = messages.send_to_server(
            account_id=device_basic.principal(self.request).account_id,
            messages=[_sealed(message) for message in _bounded(given)],
            at=self.received_at,
        )
        return SentMessages(message_id=[str(id_) for id_ in sent])


def _bounded(given: list[PhoneMessage]) -> list[PhoneMessage]:
    if not 0 < len(given) <= MAX_MESSAGES:
        raise errors.ContentInvalid
    return given


def _sealed(message: PhoneMessage) -> Sealed:
    """Judge one message; the first thing that is wrong decides (contract 6.4)."""
    message_id = wire.identifier(message.message_id)
    if message_id is None:
        raise errors.MessageIdMissing
    channel_id = wire.identifier(message.channel)
    if channel_id is None:
        raise errors.ChannelIdMissing
    content = wire.content(message.content)
    if content is None:
        raise errors.ContentInvalid
    return Sealed(message_id, channel_id, content)
