"""GET /users/fetch_user_counts (contract 7.7)."""

import msgspec

from connectid.insights import queries
from connectid.oauth.authentication import client_basic_unexplained
from connectid.oauth.permissions import Permission
from connectid.web.endpoint import Endpoint

may_read_counts = client_basic_unexplained(Permission.COUNTS)


class UserCounts(msgspec.Struct):
    """Accounts by the month in which they joined, ``YYYY-MM`` in UTC; months without any are left out."""

    total_users: dict[str, int]
    non_invited_users: dict[str, int]


class FetchUserCounts(Endpoint):
    """How many accounts there are: all, and the active ones on real numbers that nobody had invited."""

    auth = (may_read_counts,)
    versioned = False  # it never was (contract 2.2)

    def get(self) -> UserCounts:
        found = queries.user_counts()
        return UserCounts(total_users=found.total, non_invited_users=found.self_enrolled)
