"""Setting the scene of a test about credentials: issuers, and batches as partners send them."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.credentials.models import Award, Issuer
from connectid.credentials.operations import awarding, issuers
from connectid.testing.answers import Answered
from connectid.testing.scene import basic

PATH = "/users/add_credential"
PATH_OF_HQ = "/users/add_credential/"


@dataclass(frozen=True)
class Partner:
    """A registered issuer and its secret."""

    issuer: Issuer
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        """What the issuer sends to prove who it is (contract A7)."""
        return basic(self.issuer.client_id, self.secret)


def new_issuer(authority: str = "HQ", environment: str = "production") -> Partner:
    """An issuer that may issue."""
    made = issuers.create_issuer(authority=authority, environment=environment)
    return Partner(Issuer.objects.get(client_id=made.client_id), made.client_secret)


def item(*usernames: str, **changes: Any) -> dict[str, Any]:
    """An item as CommCare HQ means it: an app used for three months."""
    return {
        "usernames": list(usernames),
        "title": "Active for three months in Antenatal Care",
        "type": "APP_ACTIVITY",
        "level": "3MON_ACTIVE",
        "slug": "2f9c1d6a0b7e4f5c8a3d9e6b1c4f7a20",
        "app_id": "2f9c1d6a0b7e4f5c8a3d9e6b1c4f7a20",
    } | changes


def award(client: Client, partner: Partner, *items: Any, path: str = PATH) -> Answered:
    """Send a batch."""
    body = {"credentials": list(items)}
    answer: Answered = client.post(path, body, content_type="application/json", headers=partner.headers)
    return answer


def new_award(partner: Partner, account_id: int, **changes: Any) -> Award:
    """An award as a batch makes it."""
    username = Account.objects.values_list("username", flat=True).get(pk=account_id)
    awarding.award(issuer_id=partner.issuer.pk, batch=[item(username, **changes)], at=clock.now())
    return Award.objects.select_related("credential").filter(account_id=account_id).latest("id")
