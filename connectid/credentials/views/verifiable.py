"""GET /users/credentials/<uuid>/verifiable: an award that its holder can show to anybody."""

from typing import ClassVar

import msgspec

from connectid.credentials import errors, signing
from connectid.credentials.operations import verifying
from connectid.credentials.views.identifiers import identifier
from connectid.devices.authentication import device_basic
from connectid.web.components import Path
from connectid.web.endpoint import Endpoint
from connectid.web.problems import Refusal


class Named(msgspec.Struct):
    """The award, as ``users/credentials`` lists it."""

    uuid: str


class Verifiable(Endpoint):
    """One of the caller's credentials as a signed W3C Verifiable Credential, which anybody can check without us."""

    auth = (device_basic,)
    invalid = Refusal(errors.UnknownAward, key="detail")
    text_type: ClassVar = signing.MEDIA_TYPE

    def get(self, parsed_path: Path[Named]) -> str:
        return verifying.verifiable(
            account_id=device_basic.principal(self.request).account_id,
            award_uuid=identifier(parsed_path.uuid),
            at=self.received_at,
        )
