"""GET /users/demo_users (contract 7.2)."""

import msgspec

from connectid.directory.authentication import caller
from connectid.directory.operations import look_ups
from connectid.directory.operations.look_ups import DemoUser
from connectid.oauth.authentication import client_basic_unexplained
from connectid.oauth.permissions import Permission
from connectid.web.endpoint import Endpoint

may_read_demo_codes = client_basic_unexplained(Permission.DEMO_USERS)


class FoundDemoUsers(msgspec.Struct):
    """By number."""

    demo_users: list[DemoUser]


class DemoUsers(Endpoint):
    """The live codes of demonstration numbers, for whoever shows the app: no text carries them."""

    auth = (may_read_demo_codes,)
    versioned = False  # it never was (contract 2.2)

    def get(self) -> FoundDemoUsers:
        client = may_read_demo_codes.principal(self.request)
        return FoundDemoUsers(look_ups.demo_users(caller=caller(self.request, client), at=self.received_at))
