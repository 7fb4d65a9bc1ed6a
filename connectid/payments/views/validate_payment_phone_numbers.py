"""POST /users/validate_payment_phone_numbers (contract 10)."""

from typing import Annotated, ClassVar, Literal

import msgspec

from connectid.oauth.authentication import client_basic
from connectid.oauth.permissions import Permission
from connectid.payments import errors, limits
from connectid.payments.models import Status
from connectid.payments.operations import judging
from connectid.payments.operations.judging import Update
from connectid.web import parsing
from connectid.web.endpoint import Body, Endpoint
from connectid.web.problems import Refusal

may_judge_payment_numbers = client_basic(Permission.PAYMENTS)


class Judged(msgspec.Struct):
    """What whoever pays made of one number."""

    username: str
    phone_number: str
    status: Literal["approved", "rejected", "pending"]


class Updates(msgspec.Struct):
    """All judgements of one run."""

    updates: Annotated[list[Judged], msgspec.Meta(max_length=limits.UPDATES)]


class Counts(msgspec.Struct):
    """How many judgements there were of each kind."""

    approved: int
    rejected: int
    pending: int


class Result(msgspec.Struct):
    """All of it was done."""

    result: Counts
    success: bool = True


class ValidatePaymentPhoneNumbers(Endpoint):
    """Judge payment numbers; those whose status changes are told by a push."""

    auth = (may_judge_payment_numbers,)
    error_key = "error"
    body_limit = parsing.SERVER_BODY
    invalid = errors.UpdatesRefused
    refusals: ClassVar = (Refusal(errors.NoSuchNumber, key="empty"),)

    def post(self, parsed_body: Body[Updates]) -> Result:
        counts = judging.judge(
            updates=[
                Update(one.username, one.phone_number, Status(one.status)) for one in parsed_body.updates
            ],
            client_id=may_judge_payment_numbers.principal(self.request).client_id,
            at=self.received_at,
        )
        return Result(Counts(**{status.value: count for status, count in counts.items()}))
