"""POST /users/add_user_analytics (contract 7.6)."""

import msgspec

from connectid.credentials.authentication import issuer_basic
from connectid.insights import errors
from connectid.insights.operations import sign_ins
from connectid.web.endpoint import Body, Endpoint
from connectid.web.problems import Refusal


class HqSignIn(msgspec.Struct):
    """Who signed in to CommCare HQ, and when (ISO 8601); without a date, what is known is forgotten."""

    username: str | None = None
    hq_sso_date: str | None = None


class AddUserAnalytics(Endpoint):
    """Keep when a worker last signed in to CommCare HQ."""

    auth = (issuer_basic,)
    refusals = (errors.MissingUsername, errors.InvalidDate, Refusal(errors.NoSuchUser, key="detail"))

    def post(self, parsed_body: Body[HqSignIn]) -> None:
        sign_ins.record(username=parsed_body.username or "", hq_sso_date=parsed_body.hq_sso_date or "")
