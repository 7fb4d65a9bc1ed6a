"""POST /messaging/send/ (contract 7.3)."""

from typing import Annotated, Any, ClassVar

import msgspec

from connectid.notifications import errors, limits, wire
from connectid.notifications.operations import sending
from connectid.notifications.operations.sending import Status
from connectid.oauth.authentication import client_basic
from connectid.oauth.permissions import Permission
from connectid.web.endpoint import Body, Endpoint
from connectid.web.parsing import SERVER_BODY

may_send = client_basic(Permission.SEND)


def shown(meaning: str, **schema: Any) -> msgspec.Meta:
    """How the API document shows a field that :mod:`connectid.notifications.wire` judges in its own words."""
    return msgspec.Meta(description=meaning, extra_json_schema=schema)


class Message(msgspec.Struct):
    """What is told to whom; ``username`` or ``usernames``, or both."""

    usernames: Annotated[Any, shown("Subjects.", type="array", items={"type": "string"})] = None
    username: Annotated[Any, shown("A subject.", type="string")] = None
    title: Annotated[Any, shown("Shown by the phone's system; the app is not woken then.", type="string")] = (
        None
    )
    body: Annotated[Any, shown("The same.", type="string")] = None
    data: Annotated[Any, shown("What the app reads; values become texts.", type="object")] = None
    fcm_options: Annotated[Any, shown("`analytics_label` of Firebase.", type="object")] = None


class Response(msgspec.Struct):
    """What became of one recipient."""

    username: str
    status: Status


class Responses(msgspec.Struct):
    """What became of the message: exactly these keys (contract 7.3)."""

    all_success: bool
    responses: list[Response]


class Send(Endpoint):
    """Tell people something: kept for their next poll, and pushed before the answer. Each is told once, in the order named."""

    auth = (may_send,)
    error_key = "detail"
    refusals: ClassVar = (errors.MessageRefused,)
    body_limit = SERVER_BODY

    def post(self, parsed_body: Body[Message]) -> Responses:
        [told] = sending.send([_outgoing(parsed_body)], at=self.received_at, patience=limits.SEND_PATIENCE)
        return responses(told)


def _outgoing(given: Message) -> sending.Outgoing:
    try:
        message = wire.outgoing(msgspec.structs.asdict(given))
    except wire.Unfit as unfit:
        raise errors.MessageRefused(unfit.reasons) from unfit
    if len(message.usernames) > limits.RECIPIENTS:
        raise errors.MessageRefused(
            {"usernames": [f"Ensure this field has no more than {limits.RECIPIENTS} elements."]}
        )
    return message


def responses(told: sending.Told) -> Responses:
    """Word what became of a message."""
    return Responses(told.all_success, [Response(name, status) for name, status in told.statuses.items()])
