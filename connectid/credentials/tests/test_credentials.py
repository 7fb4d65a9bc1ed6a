"""GET /users/credentials (contract 5.10)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from connectid.core import clock
from connectid.credentials.models import Award
from connectid.testing.budget import StatementBudget
from connectid.testing.issuers import award, item, new_award, new_issuer
from connectid.testing.scene import new_account, new_phone

PATH = "/users/credentials"

pytestmark = pytest.mark.django_db


def test_ten_keys_always(client: Client) -> None:
    """Each of them, null where the issuer said nothing, and the date of the award as Python writes it."""
    hq, connect, phone = new_issuer(), new_issuer("CONNECT", "india"), new_phone()
    award(client, hq, item(phone.account.username))
    award(
        client,
        connect,
        item(
            phone.account.username, type="LEARN", level="LEARN_PASSED", slug=7, opportunity_id=7, app_id=None
        ),
    )
    begun = datetime(2026, 7, 22, 10, 11, 12, 345678, tzinfo=UTC)
    for number, stored in enumerate(Award.objects.order_by("id")):
        Award.objects.filter(pk=stored.pk).update(awarded_at=begun + timedelta(days=number))
    first, second = (str(stored.uuid) for stored in Award.objects.order_by("id"))
    for path in (PATH, f"{PATH}/"):
        answer = client.get(path, headers=phone.headers)
        assert (answer.status_code, answer.json()) == (
            200,
            {
                "credentials": [
                    {
                        "uuid": first,
                        "app_id": item()["app_id"],
                        "opp_id": None,
                        "date": "2026-07-22T10:11:12.345678+00:00",
                        "title": "Active for three months in Antenatal Care",
                        "issuer": "HQ",
                        "issuer_environment": "production",
                        "level": "3MON_ACTIVE",
                        "type": "APP_ACTIVITY",
                        "slug": item()["slug"],
                    },
                    {
                        "uuid": second,
                        "app_id": None,
                        "opp_id": "7",
                        "date": "2026-07-23T10:11:12.345678+00:00",
                        "title": "Active for three months in Antenatal Care",
                        "issuer": "CONNECT",
                        "issuer_environment": "india",
                        "level": "LEARN_PASSED",
                        "type": "LEARN",
                        "slug": "7",
                    },
                ]
            },
        )


def test_none_and_those_of_others(client: Client) -> None:
    new_award(new_issuer(), new_account().pk)
    answer = client.get(PATH, headers=new_phone().headers)
    assert (answer.status_code, answer.json()) == (200, {"credentials": []})


def test_accepted_or_not_but_not_revoked(client: Client) -> None:
    issuer, phone = new_issuer(), new_phone()
    kept = [new_award(issuer, phone.account.pk, slug=f"slug {n}") for n in range(3)]
    Award.objects.filter(pk=kept[0].pk).update(accepted_at=clock.now())
    Award.objects.filter(pk=kept[1].pk).update(revoked_at=clock.now())
    listed = client.get(PATH, headers=phone.headers).json()["credentials"]
    assert [one["slug"] for one in listed] == ["slug 0", "slug 2"]


def test_strangers(client: Client) -> None:
    for headers in ({}, new_issuer().headers):
        assert client.get(PATH, headers=headers).status_code == 401


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    """One after authentication, which is one."""
    issuer, phone = new_issuer(), new_phone()
    statement_budget(
        2,
        grow=lambda n: [new_award(issuer, phone.account.pk, slug=clock.now().isoformat()) for _ in range(n)],
        act=lambda: client.get(PATH, headers=phone.headers),
    )
