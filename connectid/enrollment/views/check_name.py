"""POST /users/check_name (contract 5.5)."""

import msgspec

from connectid.enrollment import errors
from connectid.enrollment.authentication import enrollment_session
from connectid.enrollment.operations import profile
from connectid.web.endpoint import Body, Endpoint


class NameToCheck(msgspec.Struct):
    """The name as typed."""

    name: str | None = None


class NameAnswer(msgspec.Struct):
    """Whether the number's account has this name; ``photo`` is a data URL, empty where there is none to show."""

    account_exists: bool
    photo: str


class CheckName(Endpoint):
    """Say whether the number being enrolled has an account of this name."""

    auth = (enrollment_session,)
    invalid = errors.NameRequired
    refusals = (errors.PhoneNotProven, errors.TooManyRequests)

    def post(self, parsed_body: Body[NameToCheck]) -> NameAnswer:
        session = enrollment_session.principal(self.request)
        found = profile.check_name(session=session, name=parsed_body.name or "")
        return NameAnswer(account_exists=found.account_exists, photo=found.photo)
