"""``users/heartbeat``."""

from http import HTTPStatus
from typing import Annotated, ClassVar

import msgspec
from dmr.metadata import ResponseSpec
from dmr.response import APIError

from connectid.devices.operations.push import Registered
from connectid.notifications.operations import heartbeat
from connectid.oauth.authentication import user_bearer
from connectid.web.endpoint import Body, Endpoint


class Address(msgspec.Struct):
    """Where FCM reaches the phone; absent or empty while the phone has no address."""

    fcm_token: Annotated[str, msgspec.Meta(max_length=4096, pattern=r"^[!-~]*$")] | None = None


class Noted(msgspec.Struct):
    """The phone was heard."""


class Accepted(msgspec.Struct, omit_defaults=True):
    """Nothing changed; the warning says that the address stays unused."""

    warning: str | msgspec.UnsetType = msgspec.UNSET


ANOTHER_DEVICE = "Another device is already active"


class Heartbeat(Endpoint):
    """Note that the caller's phone is there, and where pushes reach it (contract 5.9)."""

    auth = (user_bearer,)
    answers: ClassVar = (
        ResponseSpec(
            Noted, status_code=HTTPStatus.CREATED, description="A new address; pushes go there now."
        ),
        ResponseSpec(
            Accepted, status_code=HTTPStatus.ACCEPTED, description="Pushes go where they went before."
        ),
    )

    def post(self, parsed_body: Body[Address]) -> Noted:
        if not parsed_body.fcm_token:
            return Noted()
        caller = user_bearer.principal(self.request)
        match heartbeat.beat(caller=caller, token=parsed_body.fcm_token, at=self.received_at):
            case Registered.AGAIN:
                return Noted()
            case Registered.NEW:
                raise APIError(Noted(), status_code=HTTPStatus.CREATED)
            case Registered.UNCHANGED:
                raise APIError(Accepted(), status_code=HTTPStatus.ACCEPTED)
            case Registered.ANOTHER_IS_CURRENT:
                raise APIError(Accepted(warning=ANOTHER_DEVICE), status_code=HTTPStatus.ACCEPTED)
