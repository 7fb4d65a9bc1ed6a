"""POST /messaging/update_received/ (contract 9; apps up to 2.61)."""

from typing import Annotated, Any, ClassVar

import msgspec

from connectid.devices.authentication import device_basic
from connectid.messaging import errors, wire
from connectid.messaging.operations import receipts
from connectid.messaging.operations.receipts import MAX_ACKNOWLEDGED
from connectid.web.bodies import EmptyObject
from connectid.web.endpoint import Body, Endpoint


class ReceivedMessages(msgspec.Struct):
    """Ids of messages; what is no UUID is passed over."""

    messages: Annotated[list[Any], msgspec.Meta(min_length=1, max_length=MAX_ACKNOWLEDGED)]


class UpdateReceived(Endpoint):
    """Acknowledge the messages to the caller."""

    auth = (device_basic,)
    error_key = "object"
    invalid = errors.NothingNamed
    refusals: ClassVar = (errors.NothingMatched,)

    def post(self, parsed_body: Body[ReceivedMessages]) -> EmptyObject:
        receipts.acknowledge_messages(
            account_id=device_basic.principal(self.request).account_id,
            message_ids=wire.identifiers(parsed_body.messages),
            at=self.received_at,
        )
        return EmptyObject()
