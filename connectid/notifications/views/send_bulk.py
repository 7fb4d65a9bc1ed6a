"""POST /messaging/send_bulk/ (contract 7.4)."""

from typing import Annotated, Any, ClassVar

import msgspec

from connectid.notifications import errors, limits, wire
from connectid.notifications.operations import sending
from connectid.notifications.operations.sending import Outgoing
from connectid.notifications.views.send import Responses, may_send, responses, shown
from connectid.web.endpoint import Body, Endpoint
from connectid.web.parsing import BULK_BODY


class Messages(msgspec.Struct):
    """Messages, each as of messaging/send."""

    messages: Annotated[Any, shown("As of messaging/send.", type="array", items={"type": "object"})] = None


class BulkResponses(msgspec.Struct):
    """What became of each message, in their order: exactly these keys (contract 7.4)."""

    all_success: bool
    messages: list[Responses]


class SendBulk(Endpoint):
    """The same as messaging/send for many messages, all pushed at once; either all are taken or none."""

    auth = (may_send,)
    error_key = "detail"
    refusals: ClassVar = (errors.MessagesRefused,)
    body_limit = BULK_BODY

    def post(self, parsed_body: Body[Messages]) -> BulkResponses:
        told = sending.send(
            _outgoing(parsed_body.messages), at=self.received_at, patience=limits.BULK_PATIENCE
        )
        return BulkResponses(all(one.all_success for one in told), [responses(one) for one in told])


def _outgoing(given: Any) -> list[Outgoing]:
    if given is None:
        raise errors.MessagesRefused({"messages": ["This field is required."]})
    if not isinstance(given, list):
        text = f'Expected a list of items but got type "{type(given).__name__}".'
        raise errors.MessagesRefused({"messages": {"non_field_errors": [text]}})
    found: list[Outgoing] = []
    reasons: list[dict[str, Any]] = []
    for message in given:
        try:
            found.append(wire.outgoing(message))
            reasons.append({})
        except wire.Unfit as unfit:
            reasons.append(unfit.reasons)
    if any(reasons):
        raise errors.MessagesRefused({"messages": reasons})
    if sum(len(message.usernames) for message in found) > limits.RECIPIENTS:
        text = f"Ensure that there are no more than {limits.RECIPIENTS} recipients in all."
        raise errors.MessagesRefused({"messages": {"non_field_errors": [text]}})
    return found
