"""POST /messaging/update_consent/ (contract 6.3)."""

from typing import ClassVar

import msgspec

from connectid.devices.authentication import device_basic
from connectid.messaging import errors, wire
from connectid.messaging.operations import channels
from connectid.web.bodies import EmptyObject
from connectid.web.endpoint import Body, Endpoint
from connectid.web.parsing import JSON
from connectid.web.problems import Refusal


class Consent(msgspec.Struct):
    """Whether the person allows the channel; ``consent`` is a boolean, in forms its text."""

    channel: str
    consent: bool


class UpdateConsent(Endpoint):
    """Allow or stop one of the caller's channels; its server is told by a job."""

    auth = (device_basic,)
    error_key = "list"
    invalid = errors.ConsentMissing
    refusals: ClassVar = (Refusal(errors.UnknownChannel, key="detail"),)

    def post(self, parsed_body: Body[Consent]) -> EmptyObject:
        # The text "false" is a boolean in a form only (contract 16, E-64).
        if self.request.content_type == JSON and not isinstance(self.received_body["consent"], bool):
            raise errors.ConsentMissing
        channels.update_consent(
            account_id=device_basic.principal(self.request).account_id,
            channel_id=wire.identifier(parsed_body.channel),
            consent=parsed_body.consent,
            at=self.received_at,
        )
        return EmptyObject()
