"""GET and POST /users/accept_credential/<invite_id> (contract 8, E-31)."""

import pytest
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.credentials.models import Award
from connectid.testing.budget import StatementBudget
from connectid.testing.issuers import award, item, new_award, new_issuer
from connectid.testing.scene import new_account

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
INVALID = "This link is invalid. Please try again"

pytestmark = pytest.mark.django_db


def address(stored: Award) -> str:
    return f"/users/accept_credential/{stored.invite_id}"


def test_a_look_accepts_nothing(client: Client) -> None:
    """E-31: previews of links only look."""
    stored = new_award(new_issuer(), new_account().pk, title="Antenatal <b>Care</b>")
    for path in (address(stored), f"{address(stored)}/"):
        for ask in (client.get, client.head):
            assert ask(path, headers=BROWSER).status_code == 200
    page = client.get(address(stored), headers=BROWSER).content.decode()
    assert "Antenatal &lt;b&gt;Care&lt;/b&gt;" in page
    assert "CommCare HQ" in page
    assert Award.objects.get().accepted_at is None


def test_accepting(client: Client) -> None:
    """Without any cookie; again is harmless and keeps the first time."""
    stored = new_award(new_issuer(), new_account().pk)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(address(stored), headers=BROWSER)
    assert (answer.status_code, "Accepted" in answer.content.decode()) == (200, True)
    accepted_at = Award.objects.get().accepted_at
    assert accepted_at is not None
    assert strict.post(f"{address(stored)}/").status_code == 200
    assert Award.objects.get().accepted_at == accepted_at
    assert "Accepted" in client.get(address(stored)).content.decode()


def test_one_link_for_all_that_a_batch_gave_one_person(client: Client) -> None:
    issuer, account, other = new_issuer(), new_account(), new_account()
    award(client, issuer, *(item(account.username, other.username, slug=slug) for slug in "abc"))
    [invite_id] = {stored.invite_id for stored in Award.objects.filter(account=account)}
    assert "3 credentials" in client.get(f"/users/accept_credential/{invite_id}").content.decode()
    client.post(f"/users/accept_credential/{invite_id}")
    accepted = Award.objects.exclude(accepted_at=None).values_list("account_id", flat=True)
    assert [*accepted] == [account.pk] * 3


@pytest.mark.parametrize(
    "invite_id", ["52ce0800-d1d5-4872-9864-8bc90c04ccb9", "nothing", "'; --", "%00", "x" * 500]
)
def test_no_such_link(client: Client, invite_id: str) -> None:
    """The contract's words: plain for what is no browser, on a page for people."""
    for path in (f"/users/accept_credential/{invite_id}", f"/users/accept_credential/{invite_id}/"):
        for ask in (client.get, client.post):
            plain = ask(path)
            assert (plain.status_code, plain.content.decode()) == (404, INVALID)
            assert plain.headers["Content-Type"] == "text/plain; charset=utf-8"
        page = client.get(path, headers=BROWSER)
        assert (page.status_code, INVALID in page.content.decode()) == (404, True)


def test_a_revoked_award_and_a_closed_account_have_no_link(client: Client) -> None:
    issuer = new_issuer()
    revoked, closed = new_award(issuer, new_account().pk), new_award(issuer, new_account().pk)
    Award.objects.filter(pk=revoked.pk).update(revoked_at=clock.now())
    Account.objects.filter(pk=closed.account_id).update(is_active=False)
    for stored in (revoked, closed):
        assert client.post(address(stored)).status_code == 404
        stored.refresh_from_db(fields=["accepted_at"])
        assert stored.accepted_at is None


def test_the_page_keeps_nothing_and_speaks(client: Client) -> None:
    stored = new_award(new_issuer(), new_account().pk)
    page = client.get(address(stored), headers=BROWSER | {"Accept-Language": "sw"})
    assert (page.headers["Content-Language"], "Umepokea cheti" in page.content.decode()) == ("sw", True)
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    issuer, account = new_issuer(), new_account()
    names: list[str] = []

    def accept() -> None:
        stored = Award.objects.latest("id")
        with statement_budget.at_most(2):
            client.post(address(stored))

    def grow(count: int) -> None:
        names.extend(clock.now().isoformat() for _ in range(count))
        award(client, issuer, *(item(account.username, slug=name) for name in names))

    statement_budget(3, grow=grow, act=accept)
