"""POST /messaging/update_notification_received/ (contract 6.2)."""

from typing import Annotated, Any, ClassVar

import msgspec

from connectid.devices.authentication import device_basic
from connectid.messaging import errors, wire
from connectid.messaging.operations import receipts
from connectid.messaging.operations.receipts import MAX_ACKNOWLEDGED
from connectid.web.bodies import EmptyObject
from connectid.web.endpoint import Body, Endpoint


class ReceivedNotifications(msgspec.Struct):
    """Ids of notifications; what is no UUID is passed over."""

    notifications: Annotated[list[Any], msgspec.Meta(min_length=1, max_length=MAX_ACKNOWLEDGED)]


class UpdateNotificationReceived(Endpoint):
    """Acknowledge the caller's notifications, and with them the messages that they announce."""

    auth = (device_basic,)
    error_key = "object"
    invalid = errors.NothingNamed
    refusals: ClassVar = (errors.NothingMatched,)

    def post(self, parsed_body: Body[ReceivedNotifications]) -> EmptyObject:
        receipts.acknowledge(
            account_id=device_basic.principal(self.request).account_id,
            notification_ids=wire.identifiers(parsed_body.notifications),
            at=self.received_at,
        )
        return EmptyObject()
