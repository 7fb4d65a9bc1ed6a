"""Credentials and awards in the admin: found, shown, revoked with a reason."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from connectid.accounts import staff
from connectid.accounts.models import Account
from connectid.core import clock
from connectid.credentials.models import Award, StatusList
from connectid.credentials.operations import verifying
from connectid.testing.budget import StatementBudget
from connectid.testing.issuers import new_award, new_issuer
from connectid.testing.scene import new_account

AWARDS = "/admin/credentials/award/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    staff.create_admin(username="admin", password="correct horse")
    client.force_login(Account.objects.get(username="admin"))
    return client


def revoke(client: Client, *awards: Award, reason: str) -> str:
    form = {"action": "revoke", "reason": reason, "_selected_action": [award.pk for award in awards]}
    return client.post(AWARDS, form, follow=True).content.decode()


def listed(client: Client, **query: str) -> list[str]:
    page = client.get(AWARDS, query).content.decode()
    return re.findall(r'<th class="field-uuid"><a [^>]*>([0-9a-f-]{36})</a>', page)


def test_found_by_who_and_what_and_not_by_half_of_either(admin: Client) -> None:
    hq, connect = new_issuer(), new_issuer("CONNECT")
    first, second = new_award(hq, new_account().pk), new_award(connect, new_account().pk, type="LEARN")
    account = Account.objects.get(pk=first.account_id)
    for wanted in (account.username, account.phone_number, str(first.uuid)):
        assert listed(admin, q=wanted) == [str(first.uuid)]
    for half in (account.username[:10], account.phone_number[:8], str(first.uuid)[:8]):
        assert listed(admin, q=half) == []
    assert listed(admin, credential__issuer__authority__exact="CONNECT") == [str(second.uuid)]
    assert listed(admin, credential__type="LEARN") == [str(second.uuid)]
    Award.objects.filter(pk=first.pk).update(accepted_at=clock.now())
    assert listed(admin, state="accepted") == [str(first.uuid)]
    assert listed(admin, state="offered") == [str(second.uuid)]
    assert listed(admin, state="revoked") == []


def test_revoking_needs_a_reason_and_is_on_record(admin: Client) -> None:
    issuer, account = new_issuer(), new_account()
    awards = [new_award(issuer, account.pk, slug=n) for n in range(2)]
    verifying.prepare(account_id=account.pk, award_uuid=awards[0].uuid, at=clock.now())
    assert "Say why" in revoke(admin, *awards, reason="  ")
    assert not Award.objects.exclude(revoked_at=None).exists()
    assert "2 revoked." in revoke(admin, *awards, reason="Reported as somebody else's work")
    assert {*Award.objects.values_list("revocation_reason", flat=True)} == {
        "Reported as somebody else's work"
    }
    assert StatusList.objects.get().version == 1
    entries = LogEntry.objects.values_list("object_id", "change_message")
    assert {*entries} == {(str(award.pk), "Revoked: Reported as somebody else's work") for award in awards}
    assert "0 revoked." in revoke(admin, *awards, reason="Again")


def test_whoever_may_only_look(client: Client) -> None:
    award = new_award(new_issuer(), new_account().pk)
    looker = Account.objects.create(username="looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_award"))
    client.force_login(looker)
    assert listed(client) == [str(award.uuid)]
    revoke(client, award, reason="Because I can")
    assert Award.objects.get().revoked_at is None


def test_pages_show_no_link_and_nothing_to_edit(admin: Client) -> None:
    """The link would let staff accept in the holder's place."""
    award = new_award(new_issuer(), new_account().pk)
    for path in (
        f"{AWARDS}{award.pk}/change/",
        AWARDS,
        f"/admin/credentials/credential/{award.credential_id}/change/",
    ):
        answer = admin.get(path)
        assert answer.status_code == 200
        assert str(award.invite_id) not in answer.content.decode()
    assert admin.get("/admin/credentials/award/add/").status_code == 403
    assert admin.get("/admin/credentials/credential/", {"q": "Antenatal"}).status_code == 200


def test_statements(admin: Client, statement_budget: StatementBudget) -> None:
    issuer = new_issuer()
    statement_budget(
        12,
        cap=20,
        grow=lambda n: [new_award(issuer, new_account().pk) for _ in range(n)],
        act=lambda: admin.get(AWARDS),
    )
