"""Two endpoints behind client credentials, served by nobody but the tests."""

from typing import ClassVar

import msgspec

from connectid.oauth.authentication import client_basic, client_basic_unexplained
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


urlpatterns = routes(("explained", Explained), ("unexplained", Unexplained))
