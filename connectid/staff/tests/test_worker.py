"""The page of one worker: everything support may know and do, least privilege, a reason for each act."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from zeal import zeal_ignore

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.devices.models import PushRegistration
from connectid.invitations.models import HqInvite
from connectid.payments.models import Judgement, PaymentNumber
from connectid.recovery.operations import closing
from connectid.staff.models import AuditEntry
from connectid.testing.budget import StatementBudget
from connectid.testing.grants import grant
from connectid.testing.issuers import new_award, new_issuer
from connectid.testing.partners import new_channel, new_partner, send
from connectid.testing.scene import EnrolledPhone, new_account, new_number, new_phone, new_session
from connectid.testing.staff import new_staff, sign_in

pytestmark = pytest.mark.django_db

REASON = "Ticket 4711: phone was stolen"


@pytest.fixture(autouse=True)
def _who_looks_and_who_is_looked_at() -> Iterator[None]:
    """Let one request fetch two accounts."""
    with zeal_ignore([{"model": "accounts.Account", "field": "get()"}]):
        yield


@pytest.fixture
def support(client: Client) -> Account:
    """A supporter, signed in."""
    return sign_in(client, role="support")


@pytest.fixture
def phone() -> EnrolledPhone:
    """A worker."""
    return new_phone()


def page(account: Account) -> str:
    return f"/admin/accounts/account/{account.pk}/change/"


def act(client: Client, account: Account, act: str, reason: str = REASON) -> Any:
    return client.post(
        f"/admin/accounts/account/{account.pk}/act/", {"act": act, "reason": reason}, follow=True
    )


def trail(account: Account) -> list[tuple[str, str, str]]:
    entries = AuditEntry.objects.filter(target_type="accounts.account", target_id=str(account.pk)).order_by(
        "pk"
    )
    return list(entries.values_list("staff", "action", "reason"))


def give(account: Account, number: int) -> None:
    """Awards, judged payment numbers and invitations, so many more of each."""
    issuer, now = new_issuer(), clock.now()
    for index in range(number):
        new_award(issuer, account.pk, slug=f"{index}-{issuer.issuer.pk}")
        PaymentNumber.objects.filter(account=account, ends_at=None).update(ends_at=now)
        paid_at = PaymentNumber.objects.create(
            account=account,
            phone_number=new_number(),
            owner_name="Chikondi Banda",
            named_at=now,
            proven_at=now,
            starts_at=now,
        )
        Judgement.objects.create(payment_number=paid_at, status="rejected", client_id="payer", at=now)
        HqInvite.objects.create(
            account=account,
            callback_url="https://www.commcarehq.org/a/malaria/confirm/",
            hq_username="chikondi",
            hq_domain="malaria",
            invite_code="the-code-of-hq",
            client_id="hq",
            created_at=now,
        )


def fill(account: Account, number: int) -> None:
    grant(account, number)
    give(account, number)
    partner = new_partner()
    for _ in range(number):
        send(Client(), partner, new_channel(partner, account.pk))
        new_session(phone_number=account.phone_number)


@pytest.mark.usefixtures("support")
def test_everything_is_on_one_page_and_no_content(client: Client, phone: EnrolledPhone) -> None:
    fill(phone.account, 2)
    text = client.get(page(phone.account)).content.decode()
    for shown in (
        phone.account.username,
        "Phones",
        "Where pushes go",
        "to",
        "PENDING",
        "Partner",
        "Access tokens",
    ):
        assert shown in text
    tokens = PushRegistration.objects.values_list("token", flat=True)
    hidden = [
        phone.account.phone_number,
        phone.credential,
        "Y2lwaGVydGV4dA==",
        phone.account.backup_code,
        *tokens,
    ]
    assert [secret for secret in hidden if secret and secret in text] == []


@pytest.mark.usefixtures("support")
def test_credentials_payments_and_invitations(client: Client, phone: EnrolledPhone) -> None:
    """Numbers in part, and never what links an account or where HQ is told."""
    give(phone.account, 1)
    text = client.get(page(phone.account)).content.decode()
    for shown in ("Active for three months", "rejected", "payer", "Chikondi Banda", "malaria"):
        assert shown in text
    number = PaymentNumber.objects.get().phone_number
    for hidden in (number, "the-code-of-hq", "/a/malaria/confirm/"):
        assert hidden not in text
    assert act(client, phone.account, "reveal").content.decode().count(number) == 2


def test_what_a_role_does_not_see_elsewhere_is_not_here(client: Client, phone: EnrolledPhone) -> None:
    """Whoever may look at accounts alone gets no awards, no payments and no invitations."""
    give(phone.account, 1)
    member = sign_in(client, role="support")
    member.groups.clear()
    member.user_permissions.set(Permission.objects.filter(codename="view_account"))
    text = client.get(page(phone.account)).content.decode()
    assert phone.account.username in text
    for hidden in ("Active for three months", "Payment numbers", "rejected", "malaria"):
        assert hidden not in text


@pytest.mark.usefixtures("support")
def test_statements(client: Client, phone: EnrolledPhone, statement_budget: StatementBudget) -> None:
    statement_budget(
        26,
        grow=lambda n: fill(phone.account, n),
        act=lambda: client.get(page(phone.account)),
        sizes=(2, 8),
        cap=8,
    )


def test_looking_is_on_record(client: Client, phone: EnrolledPhone, support: Account) -> None:
    client.get(page(phone.account))
    [entry] = AuditEntry.objects.filter(action="viewed")
    assert (entry.staff, entry.target_type, entry.target_id) == (
        "sam",
        "accounts.account",
        str(phone.account.pk),
    )
    assert "127.0.0.1" not in entry.address_digest
    assert entry.target == phone.account.username
    assert support.username == "sam"


@pytest.mark.usefixtures("support")
def test_whole_numbers_need_a_reason_and_are_on_record(client: Client, phone: EnrolledPhone) -> None:
    number = phone.account.phone_number
    assert number not in act(client, phone.account, "reveal", reason=" ").content.decode()
    assert number in act(client, phone.account, "reveal").content.decode()
    assert ("sam", "saw whole numbers of", REASON) in trail(phone.account)
    assert number not in client.get(page(phone.account)).content.decode()


@pytest.mark.usefixtures("support")
def test_lock_and_unlock(client: Client, phone: EnrolledPhone) -> None:
    act(client, phone.account, "lock")
    phone.account.refresh_from_db()
    assert (phone.account.is_active, phone.account.is_locked) == (False, True)
    assert Client().get("/users/fetch_db_key", headers=phone.headers).status_code == 401
    act(client, phone.account, "unlock", "Ticket 4711: found again")
    phone.account.refresh_from_db()
    assert (phone.account.is_active, phone.account.is_locked) == (True, False)
    deeds = [entry for entry in trail(phone.account) if entry[1] != "viewed"]
    assert deeds == [("sam", "locked", REASON), ("sam", "unlocked", "Ticket 4711: found again")]


@pytest.mark.usefixtures("support")
def test_proof_is_required_again(client: Client, phone: EnrolledPhone) -> None:
    """The account stays; whatever acts for it ends."""
    grant(phone.account)
    act(client, phone.account, "reverify")
    phone.account.refresh_from_db()
    assert phone.account.is_active
    assert Client().get("/users/fetch_db_key", headers=phone.headers).status_code == 401
    assert not PushRegistration.objects.filter(account=phone.account, ended_at=None).exists()
    assert ("sam", "made to prove again", REASON) in trail(phone.account)


@pytest.mark.parametrize("reason", ["", "   ", "no"])
@pytest.mark.usefixtures("support")
def test_nothing_happens_without_a_reason(client: Client, phone: EnrolledPhone, reason: str) -> None:
    act(client, phone.account, "lock", reason)
    phone.account.refresh_from_db()
    assert phone.account.is_active
    assert "locked" not in {action for _, action, _ in trail(phone.account)}


@pytest.mark.usefixtures("support")
def test_a_refusal_is_on_record_too(client: Client, phone: EnrolledPhone) -> None:
    closing.lock(account_id=phone.account.pk, at=clock.now())
    new_account(phone_number=phone.account.phone_number)
    text = act(client, phone.account, "unlock").content.decode()
    assert "Another active account has the number" in text
    assert ("sam", "not unlocked", REASON) in trail(phone.account)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("support", {"lock", "unlock", "reverify", "reveal"}),
        ("operator", {"lock", "unlock", "reverify", "deactivate"}),
        ("auditor", set()),
    ],
)
def test_who_may_do_what(client: Client, role: str, may: set[str]) -> None:
    sign_in(client, "rita", role=role)
    for name in ("lock", "unlock", "reverify", "deactivate", "reveal", "unheard_of"):
        account = new_account()
        answer = act(client, account, name)
        assert (answer.status_code == 200) is (name in may), name
        if name not in may:
            assert answer.status_code == 403
            account.refresh_from_db()
            assert account.is_active


def test_staff_and_nobody_are_not_acted_on(client: Client, support: Account) -> None:
    assert act(client, support, "lock").status_code == 404
    assert (
        client.post("/admin/accounts/account/999999/act/", {"act": "lock", "reason": REASON}).status_code
        == 404
    )


def test_strangers_and_workers_see_nothing(client: Client, phone: EnrolledPhone) -> None:
    assert client.get(page(phone.account)).status_code == 302
    client.force_login(phone.account)
    assert client.get(page(phone.account)).status_code == 302
    assert act(client, phone.account, "lock").redirect_chain[0][0].startswith("/admin/login/")


def test_a_role_is_its_group(client: Client) -> None:
    member = new_staff("rita", role="auditor")
    assert not member.is_superuser
    assert [group.name for group in member.groups.all()] == ["auditor"]
    client.force_login(member)
    assert client.get("/admin/staff/auditentry/").status_code == 200
    assert client.get("/admin/oauth/client/add/").status_code == 403
