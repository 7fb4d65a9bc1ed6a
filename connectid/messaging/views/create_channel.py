"""POST /messaging/create_channel/ (contract 7.11)."""

from http import HTTPStatus
from typing import ClassVar

import msgspec
from dmr import APIError
from dmr.metadata import ResponseSpec

from connectid.messaging import errors
from connectid.messaging.authentication import message_server_basic
from connectid.messaging.operations import channels
from connectid.web.endpoint import Body, Endpoint
from connectid.web.problems import Refusal


class WantedChannel(msgspec.Struct):
    """``connectid`` is the person's subject, in any case; ``channel_source`` is what the server calls the channel."""

    connectid: str = ""
    channel_source: str = ""
    channel_name: str | None = None


class FoundChannel(msgspec.Struct):
    """The channel, for good."""

    channel_id: str
    consent: bool


class CreateChannel(Endpoint):
    """Open the server's channel to a person, or find it: 201 the first time, 200 after that."""

    auth = (message_server_basic,)
    error_key = "detail"
    invalid = errors.ChannelInvalid
    refusals: ClassVar = (Refusal(errors.UnknownSubject, key="detail"),)
    answers: ClassVar = (
        ResponseSpec(FoundChannel, status_code=HTTPStatus.CREATED, description="The channel is new."),
    )

    def post(self, parsed_body: Body[WantedChannel]) -> FoundChannel:
        opened = channels.open_channel(
            server_id=message_server_basic.principal(self.request).id,
            subject=parsed_body.connectid,
            source=parsed_body.channel_source,
            name=parsed_body.channel_name or "",
            at=self.received_at,
        )
        found = FoundChannel(channel_id=str(opened.id), consent=opened.consent)
        if opened.is_new:
            raise APIError(found, status_code=HTTPStatus.CREATED)
        return found
