"""GET and POST /o/sign_in/backup_code: the third step."""

import pytest

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth.models import BrowserSession, Client
from connectid.recovery.operations import backup_code
from connectid.signin import limits
from connectid.signin.models import SignIn
from connectid.signin.tests.flows import Walk, asked, spend_all
from connectid.testing.scene import BACKUP_CODE, new_account
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def proven(walk: Walk, account: Account) -> Walk:
    """A browser whose number is proven."""
    walk.number(account.phone_number)
    walk.code(account.phone_number)
    return walk


def said(walk: Walk, code: str) -> tuple[int, str]:
    """What comes of a backup code."""
    answer = walk.post("/backup_code", backup_code=code)
    return answer.status_code, answer.content.decode()


def test_the_right_one_signs_in(proven: Walk, account: Account) -> None:
    with clock.frozen() as now:
        answer = proven.post("/backup_code", backup_code=BACKUP_CODE)
        assert (answer.status_code, answer["Location"]) == (303, f"/o/authorize/?{proven.query}")
        session = BrowserSession.objects.get()
        assert (session.account_id, session.authenticated_at) == (account.pk, now.at)
    assert SignIn.objects.count() == 0
    assert proven.browser.cookies["connectid-sign-in"].value == ""


def test_the_cookie_is_a_new_secret_and_only_its_digest_is_kept(proven: Walk) -> None:
    before = proven.browser.cookies["connectid-sign-in"].value
    proven.post("/backup_code", backup_code=BACKUP_CODE)
    key = proven.browser.cookies["connectid"].value
    assert key != before
    assert len(key) == 43
    assert key not in BrowserSession.objects.get().key_digest


def test_wrong_ones_are_counted_and_the_third_locks(proven: Walk, account: Account) -> None:
    """Contract 5.7."""
    status, page = said(proven, "000000")
    assert (status, "You have 2 tries left." in page) == (422, True)
    status, page = said(proven, "000000")
    assert (status, "You have 1 try left." in page) == (422, True)
    status, page = said(proven, "000000")
    assert (status, "Your account is locked" in page) == (403, True)
    status, page = said(proven, BACKUP_CODE)
    assert (status, "Your account is locked" in page) == (403, True)
    assert BrowserSession.objects.count() == 0
    assert "Your account is locked" in proven.get("/backup_code").content.decode()


def test_the_counter_is_the_one_of_the_app(proven: Walk, account: Account) -> None:
    """E-17: two tries there and one here are three."""
    for _ in range(2):
        backup_code.check(account_id=account.pk, code="000000", at=clock.now())
    assert "Your account is locked" in said(proven, "000000")[1]


def test_nothing_typed_is_no_try(proven: Walk, account: Account) -> None:
    for typed in ("", "   ", "abc"):
        status, page = said(proven, typed)
        assert (status, "Enter your backup code." in page) == (422, True)
    account.refresh_from_db(fields=["failed_backup_codes"])
    assert account.failed_backup_codes == 0


@pytest.mark.parametrize("step", ["number", "nothing"])
def test_it_is_not_looked_at_before_the_number_is_proven(walk: Walk, account: Account, step: str) -> None:
    """Or anybody could lock anybody out."""
    if step == "number":
        walk.number(account.phone_number)
    for _ in range(4):
        assert said(walk, "000000")[0] == 403
    account.refresh_from_db(fields=["failed_backup_codes", "is_active"])
    assert (account.failed_backup_codes, account.is_active) == (0, True)


def test_an_account_that_was_closed_meanwhile(proven: Walk, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(is_active=False)
    status, page = said(proven, BACKUP_CODE)
    assert (status, "This number has no account" in page) == (403, True)


def test_an_account_without_a_backup_code(walk: Walk) -> None:
    bare = new_account(backup_code="")
    answer = walk.sign_in(bare)
    assert (answer.status_code, "Your account has no backup code" in answer.content.decode()) == (403, True)


def test_the_same_step_twice_signs_in_once(proven: Walk) -> None:
    cookie = proven.browser.cookies["connectid-sign-in"].value
    proven.post("/backup_code", backup_code=BACKUP_CODE)
    proven.browser.cookies["connectid-sign-in"] = cookie
    assert said(proven, BACKUP_CODE)[0] == 403
    assert BrowserSession.objects.count() == 1


def test_another_sign_in_ends_the_browsers_former_one(proven: Walk, client_app: Client) -> None:
    proven.post("/backup_code", backup_code=BACKUP_CODE)
    before = BrowserSession.objects.get().pk
    again = Walk(asked(client_app), proven.browser)
    again.sign_in(new_account())
    assert list(BrowserSession.objects.exclude(pk=before).values_list("pk")) == list(
        BrowserSession.objects.values_list("pk")
    )


def test_one_address_is_slowed(proven: Walk) -> None:
    spend_all(limits.BACKUP_CODES_PER_ADDRESS)
    assert said(proven, BACKUP_CODE)[0] == 429


def test_statements(proven: Walk) -> None:
    """Client, sign-in, account; try counted: a wrong one. A right one also begins the counter and the session anew."""
    for typed, most in (("000000", 4), (BACKUP_CODE, 8)):
        with count_statements() as statements:
            proven.post("/backup_code", backup_code=typed)
        assert len(statements) <= most
