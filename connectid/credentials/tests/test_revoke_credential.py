"""POST /users/revoke_credential: issuers take back what they awarded."""

from typing import Any

import pytest
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.credentials.models import Award, StatusList
from connectid.credentials.operations import verifying
from connectid.testing.answers import Answered
from connectid.testing.budget import StatementBudget
from connectid.testing.issuers import Partner, award, item, new_issuer
from connectid.testing.scene import basic, new_account, new_phone

PATH = "/users/revoke_credential"

pytestmark = pytest.mark.django_db


def revoke(client: Client, partner: Partner, *items: Any, **more: Any) -> Answered:
    body = {"credentials": list(items)} | more
    answer: Answered = client.post(PATH, body, content_type="application/json", headers=partner.headers)
    return answer


def standing() -> set[int]:
    return {*Award.objects.filter(revoked_at=None).values_list("account_id", flat=True)}


def test_those_who_are_named_lose_it(client: Client) -> None:
    issuer, first, second = new_issuer(), new_account(), new_account()
    award(client, issuer, item(first.username, second.username))
    answer = revoke(client, issuer, {"credentials": item(first.username)}, reason="Entered by mistake")
    assert (answer.status_code, answer.json()) == (200, {"success": [0], "failed": []})
    assert standing() == {second.pk}
    revoked = Award.objects.get(account=first)
    assert (revoked.revocation_reason, revoked.revoked_at is not None) == ("Entered by mistake", True)


def test_again_changes_nothing_and_a_new_batch_does_not_bring_it_back(client: Client) -> None:
    issuer, account = new_issuer(), new_account()
    award(client, issuer, item(account.username))
    revoke(client, issuer, item(account.username))
    once = Award.objects.get()
    assert revoke(client, issuer, item(account.username)).json() == {"success": [0], "failed": []}
    assert award(client, issuer, item(account.username)).json() == {"success": [0], "failed": []}
    again = Award.objects.get()
    assert (again.revoked_at, again.revocation_reason) == (once.revoked_at, "by its issuer")


def test_only_what_the_caller_awarded(client: Client) -> None:
    ours, theirs, account = new_issuer(), new_issuer("CONNECT"), new_account()
    award(client, theirs, item(account.username))
    answer = revoke(
        client, ours, item(account.username), item(account.username, slug="other"), None, item(usernames=7)
    )
    assert answer.json() == {"success": [], "failed": [0, 1, 2, 3]}
    assert standing() == {account.pk}


def test_closed_accounts_too(client: Client) -> None:
    issuer, account = new_issuer(), new_account()
    award(client, issuer, item(account.username))
    Account.objects.update(is_active=False)
    assert revoke(client, issuer, item(account.username)).json() == {"success": [0], "failed": []}
    assert standing() == set()


def test_nothing_named(client: Client) -> None:
    answer = revoke(client, new_issuer())
    assert (answer.status_code, answer.json()) == (400, {"error_code": "MISSING_DATA"})


def test_strangers(client: Client) -> None:
    body = {"credentials": [item()]}
    for headers in ({}, new_phone().headers, basic("nobody", "x")):
        assert client.post(PATH, body, content_type="application/json", headers=headers).status_code == 401


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    """Eight with authentication, however many items and people, and whether their status lists change."""
    issuer = new_issuer()
    names: list[str] = []

    def give(count: int) -> None:
        new = [new_account() for _ in range(count)]
        names.extend(account.username for account in new)
        award(client, issuer, *(item(*names, slug=n) for n in range(len(names))))
        Award.objects.update(revoked_at=None)
        for account in new:
            stored = Award.objects.filter(account=account).first()
            assert stored is not None
            verifying.prepare(account_id=account.pk, award_uuid=stored.uuid, at=clock.now())

    def take() -> None:
        Award.objects.update(revoked_at=None)
        with statement_budget.at_most(8):
            answer = revoke(client, issuer, *(item(*names, slug=n) for n in range(len(names))))
        assert answer.json()["failed"] == []
        assert standing() == set()

    statement_budget(10, cap=20, grow=give, act=take)
    assert StatusList.objects.get().version > 0
