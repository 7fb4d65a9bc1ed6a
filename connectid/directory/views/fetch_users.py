"""GET /users/fetch_users (contract 7.1)."""

from typing import ClassVar

import msgspec

from connectid.directory import errors
from connectid.directory.authentication import caller
from connectid.directory.operations import look_ups
from connectid.directory.operations.look_ups import FoundUser
from connectid.oauth.authentication import client_basic_unexplained
from connectid.oauth.permissions import Permission
from connectid.web.endpoint import Endpoint, Query

may_fetch_users = client_basic_unexplained(Permission.FETCH_USERS)


class Numbers(msgspec.Struct):
    """The numbers whose accounts are wanted: the key repeated."""

    __dmr_force_list__: ClassVar = frozenset({"phone_numbers"})

    phone_numbers: list[str] = []


class FoundUsers(msgspec.Struct):
    """Those that have an active account."""

    found_users: list[FoundUser]


class FetchUsers(Endpoint):
    """The active accounts of phone numbers, each number as it was asked for."""

    auth = (may_fetch_users,)
    invalid = errors.NumbersRefused
    versioned = False  # it never was (contract 2.2)

    def get(self, parsed_query: Query[Numbers]) -> FoundUsers:
        client = may_fetch_users.principal(self.request)
        return FoundUsers(
            look_ups.fetch_users(
                numbers=parsed_query.phone_numbers, caller=caller(self.request, client), at=self.received_at
            )
        )
