"""GET /users/fetch_payment_phone_numbers (contract 10)."""

from typing import ClassVar

import msgspec

from connectid.oauth.authentication import client_basic
from connectid.oauth.permissions import Permission
from connectid.payments import errors
from connectid.payments.operations import judging
from connectid.web.endpoint import Endpoint, Query

may_read_payment_numbers = client_basic(Permission.PAYMENTS)


class Usernames(msgspec.Struct):
    """Whose numbers are wanted, the key repeated, and of which status; empty: of any."""

    __dmr_force_list__: ClassVar = frozenset({"usernames"})

    usernames: list[str] = []
    status: str = ""


class FoundNumber(msgspec.Struct):
    """Where somebody is paid."""

    username: str
    phone_number: str
    status: str


class FoundNumbers(msgspec.Struct):
    """By username; whoever proved no number is not among them."""

    found_payment_numbers: list[FoundNumber]


class FetchPaymentPhoneNumbers(Endpoint):
    """The numbers at which people are paid, for whoever pays them."""

    auth = (may_read_payment_numbers,)
    error_key = "error"
    invalid = errors.StatusRefused
    refusals: ClassVar = (errors.StatusRefused,)

    def get(self, parsed_query: Query[Usernames]) -> FoundNumbers:
        found = judging.look_up(
            usernames=parsed_query.usernames,
            status=parsed_query.status,
            client_id=may_read_payment_numbers.principal(self.request).client_id,
            at=self.received_at,
        )
        return FoundNumbers([FoundNumber(*number) for number in found])
