"""POST /messaging/send_fcm/ (contract 7.11)."""

from typing import Any, ClassVar

import msgspec

from connectid.messaging import errors, wire
from connectid.messaging.authentication import message_server_basic
from connectid.messaging.operations import messages
from connectid.web.endpoint import Body, Endpoint


class ServerMessage(msgspec.Struct):
    """A sealed message to a phone; ``content`` holds ``ciphertext``, ``nonce`` and ``tag``."""

    channel: Any = None
    content: Any = None
    message_id: Any = None
    fcm_options: Any = None


class AcceptedMessage(msgspec.Struct):
    """The message that was accepted."""

    message_id: str


class SendFcm(Endpoint):
    """Accept a sealed message for a phone: it is kept until the phone has it, and a push announces it."""

    auth = (message_server_basic,)
    error_key = "errors"
    invalid = errors.MessageInvalid
    refusals: ClassVar = (errors.ChannelMissing, errors.NoConsent, errors.MessageExists)

    def post(self, parsed_body: Body[ServerMessage]) -> AcceptedMessage:
        if parsed_body.channel is None:
            raise errors.MessageInvalid
        accepted = messages.send_to_phone(
            server_id=message_server_basic.principal(self.request).id,
            channel_id=wire.identifier(parsed_body.channel),
            message_id=wire.identifier(parsed_body.message_id),
            content=wire.content(parsed_body.content),
            push_options=_push_options(parsed_body.fcm_options),
            at=self.received_at,
        )
        return AcceptedMessage(message_id=str(accepted))


def _push_options(given: object) -> dict[str, str]:
    """What of ``fcm_options`` a push can carry; anything else is no reason to lose the message."""
    label = given.get("analytics_label") if isinstance(given, dict) else None
    return {"analytics_label": label} if isinstance(label, str) else {}
