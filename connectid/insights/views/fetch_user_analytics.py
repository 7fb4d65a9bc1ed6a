"""GET /users/fetch_user_analytics (contract 7.8)."""

import msgspec

from connectid.insights.operations import listing
from connectid.oauth.authentication import client_basic_unexplained
from connectid.oauth.permissions import Permission
from connectid.web.endpoint import Endpoint
from connectid.web.spooling import json_list

may_read_analytics = client_basic_unexplained(Permission.ANALYTICS)


class UserAnalytics(msgspec.Struct):
    """Exactly these keys (contract 7.8)."""

    username: str
    hq_sso_date: str | None


class AllAnalytics(msgspec.Struct):
    """Every active account of a worker."""

    data: list[UserAnalytics]


class FetchUserAnalytics(Endpoint):
    """When workers last signed in to CommCare HQ; a million of them in bounded memory."""

    auth = (may_read_analytics,)
    versioned = False  # it never was (contract 2.2)

    def get(self) -> AllAnalytics:
        client = may_read_analytics.principal(self.request)
        found = listing.hq_sign_ins(client_id=client.client_id)
        return json_list(AllAnalytics, (UserAnalytics(*one) for one in found))
