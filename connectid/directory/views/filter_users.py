"""GET /users/filter_users (contract 7.10)."""

from typing import ClassVar

import msgspec

from connectid.directory import errors
from connectid.directory.authentication import caller
from connectid.directory.operations import look_ups
from connectid.directory.operations.look_ups import FoundUser
from connectid.oauth.authentication import client_basic
from connectid.oauth.permissions import Permission
from connectid.web.endpoint import Endpoint, Query

may_filter_users = client_basic(Permission.FILTER_USERS)


class Filters(msgspec.Struct):
    """A country calling code with its plus, and the slug of a credential."""

    country: str = ""
    credential: str = ""


class FilteredUsers(msgspec.Struct):
    """Those that match; once for each credential of the slug."""

    found_users: list[FoundUser]


class FilterUsers(Endpoint):
    """The active accounts of a country, or that accepted a credential, or both."""

    auth = (may_filter_users,)
    error_key = "error"
    refusals: ClassVar = (errors.NothingToFilterBy, errors.TooManyFound)

    def get(self, parsed_query: Query[Filters]) -> FilteredUsers:
        client = may_filter_users.principal(self.request)
        return FilteredUsers(
            look_ups.filter_users(
                country=parsed_query.country,
                credential=parsed_query.credential,
                caller=caller(self.request, client),
                at=self.received_at,
            )
        )
