"""Endpoints behind client credentials and behind an access token, served by nobody but the tests."""

from typing import ClassVar

import msgspec

from connectid.oauth.authentication import client_basic, client_basic_unexplained, user_bearer
from connectid.oauth.permissions import Permission
from connectid.web.endpoint import Body, Endpoint
from connectid.web.routes import routes

otp_client = client_basic(Permission.OTP)
counts_client = client_basic_unexplained(Permission.COUNTS)


class Caller(msgspec.Struct):
    """Who was recognised, and what else the body said."""

    client_id: str
    word: str = ""


class Words(msgspec.Struct):
    """A body with something in it."""

    word: str = ""


class Explained(Endpoint):
    """A5: refuses with a body."""

    auth: ClassVar = (otp_client,)

    def get(self) -> Caller:
        return Caller(client_id=otp_client.principal(self.request).client_id)

    def post(self, parsed_body: Body[Words]) -> Caller:
        return Caller(client_id=otp_client.principal(self.request).client_id, word=parsed_body.word)


class Unexplained(Endpoint):
    """A4: refuses without a body."""

    auth: ClassVar = (counts_client,)
    versioned = False

    def get(self) -> Caller:
        return Caller(client_id=counts_client.principal(self.request).client_id)


class Holder(msgspec.Struct):
    """Whose token it was."""

    account_id: int
    client_id: str
    scopes: list[str]


class Personal(Endpoint):
    """A2: an account's access token."""

    auth: ClassVar = (user_bearer,)

    def get(self) -> Holder:
        return self._answer_holder()

    def post(self) -> Holder:
        return self._answer_holder()

    def _answer_holder(self) -> Holder:
        token = user_bearer.principal(self.request)
        return Holder(account_id=token.account_id, client_id=token.client_id, scopes=sorted(token.scopes))


urlpatterns = routes(("explained", Explained), ("unexplained", Unexplained), ("personal", Personal))
