"""GET /credentials/status/<number>: which credentials were revoked (W3C Bitstring Status List 1.0)."""

from typing import ClassVar

import msgspec

from connectid.credentials import errors, signing
from connectid.credentials.operations import publishing
from connectid.web.components import Path
from connectid.web.problems import Refusal
from connectid.web.published import PublishedEndpoint


class Numbered(msgspec.Struct):
    """The list that a credential names."""

    number: int


class StatusList(PublishedEndpoint):
    """A signed list of bits, of which each credential names its own: one that is set was revoked."""

    invalid = Refusal(errors.UnknownStatusList, key="detail")
    text_type: ClassVar = signing.MEDIA_TYPE
    kept = publishing.KEPT

    def get(self, parsed_path: Path[Numbered]) -> str:
        return publishing.status_list(number=parsed_path.number, at=self.received_at)
