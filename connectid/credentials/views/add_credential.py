"""POST /users/add_credential (contract 7.5)."""

from typing import Any, ClassVar

import msgspec

from connectid.credentials import errors
from connectid.credentials.authentication import issuer_basic
from connectid.credentials.operations import awarding
from connectid.web import parsing
from connectid.web.endpoint import Body, Endpoint


class Batch(msgspec.Struct):
    """Credentials and who is to hold them.

    An item is ``{usernames, title, type, level, slug, app_id?, opportunity_id?}``, or that inside of ``{"credentials": …}``.
    """

    credentials: list[Any] = []


class Outcome(msgspec.Struct):
    """The places of the items that were awarded, and of those that cannot be."""

    success: list[int]
    failed: list[int]


class AddCredential(Endpoint):
    """Award credentials to people; each item succeeds or fails by itself, and the same batch may come again."""

    auth = (issuer_basic,)
    invalid = errors.MissingData
    body_limit = parsing.SERVER_BODY
    takes_any_text: ClassVar = True

    def post(self, parsed_body: Body[Batch]) -> Outcome:
        awarded = awarding.award(
            issuer_id=issuer_basic.principal(self.request).id,
            batch=parsed_body.credentials,
            at=self.received_at,
        )
        return Outcome(success=awarded.success, failed=awarded.failed)
