"""POST /users/revoke_credential: the opposite of add_credential. Ours; no partner has to call it."""

from typing import Any

import msgspec

from connectid.credentials import errors
from connectid.credentials.authentication import issuer_basic
from connectid.credentials.operations import revoking
from connectid.web import parsing
from connectid.web.endpoint import Body, Endpoint


class Revocations(msgspec.Struct):
    """Items as those of ``add_credential``, of which ``usernames``, ``type``, ``level`` and ``slug`` count, and why."""

    credentials: list[Any] = []
    reason: str = ""


class RevocationOutcome(msgspec.Struct):
    """The places of the items that hold now, and of those that name no credential of the caller."""

    success: list[int]
    failed: list[int]


class RevokeCredential(Endpoint):
    """Revoke what the caller awarded, for good: phones list it no longer, and its status list says so to everybody."""

    auth = (issuer_basic,)
    invalid = errors.MissingData
    body_limit = parsing.SERVER_BODY

    def post(self, parsed_body: Body[Revocations]) -> RevocationOutcome:
        revoked = revoking.revoke_batch(
            issuer_id=issuer_basic.principal(self.request).id,
            batch=parsed_body.credentials,
            reason=parsed_body.reason or "by its issuer",
            at=self.received_at,
        )
        return RevocationOutcome(success=revoked.success, failed=revoked.failed)
