"""GET and POST /o/sign_in/code: the second step."""

import pytest

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.oauth.models import Client
from connectid.sandbox import inbox
from connectid.signin import limits
from connectid.signin.models import SignIn
from connectid.signin.operations import sending
from connectid.signin.tests.flows import Walk, asked, newest_code, spend_all
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db

WRONG = "This code is not right, or no longer valid."


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_the_right_code_leads_on(walk: Walk, account: Account) -> None:
    walk.number(account.phone_number)
    answer = walk.code(account.phone_number)
    assert (answer.status_code, answer["Location"]) == (303, f"/o/sign_in/backup_code?{walk.query}")
    assert SignIn.objects.get().phone_proven_at is not None


def test_blanks_and_other_digits_do_not_matter(walk: Walk, account: Account) -> None:
    walk.number(account.phone_number)
    code = newest_code(account.phone_number)
    hindi = "".join(chr(0x966 + int(digit)) for digit in code)
    assert walk.post("/code", code=f" {hindi[:3]} {hindi[3:]}").status_code == 303


def test_a_wrong_code_does_not(walk: Walk, account: Account) -> None:
    walk.number(account.phone_number)
    for typed in (wrong(newest_code(account.phone_number)), "", "x", "9" * 5000):
        answer = walk.post("/code", code=typed)
        assert (answer.status_code, WRONG in answer.content.decode()) == (422, True)
    assert walk.post("/backup_code", backup_code="271828").status_code == 403


def test_five_tries_at_one_code(walk: Walk, account: Account) -> None:
    walk.number(account.phone_number)
    code = newest_code(account.phone_number)
    for _ in range(5):
        walk.post("/code", code=wrong(code))
    assert walk.post("/code", code=code).status_code == 422


def test_a_code_is_good_in_the_browser_that_asked_for_it(
    walk: Walk, client_app: Client, account: Account
) -> None:
    """Whoever is talked into reading a code out does not sign in somebody else's browser that asked earlier (ASVS 6.6.2)."""
    walk.number(account.phone_number)
    first = newest_code(account.phone_number)
    with clock.frozen() as now:
        now.advance(minutes=3)
        other = Walk(asked(client_app))
        other.number(account.phone_number)
        second = newest_code(account.phone_number)
        assert first != second
        assert walk.post("/code", code=second).status_code == 422
        assert other.post("/code", code=first).status_code == 422


def test_a_second_click_is_not_a_second_try(walk: Walk, account: Account) -> None:
    walk.number(account.phone_number)
    code = newest_code(account.phone_number)
    assert [walk.post("/code", code=code).status_code for _ in range(3)] == [303, 303, 303]


def test_back_from_the_next_step_leads_there_again(walk: Walk, account: Account) -> None:
    walk.number(account.phone_number)
    walk.code(account.phone_number)
    assert walk.get("/code")["Location"] == f"/o/sign_in/backup_code?{walk.query}"


def test_back_after_everything_leads_on_to_the_client(consented: Walk) -> None:
    for page in ("/code", "/backup_code"):
        assert consented.get(page)["Location"] == f"/o/authorize/?{consented.query}"


def test_the_code_can_be_sent_again_after_some_minutes(walk: Walk, account: Account) -> None:
    with clock.frozen() as now:
        walk.number(account.phone_number)
        first = newest_code(account.phone_number)
        early = walk.post("/code", again="1")
        assert (early.status_code, early["Retry-After"]) == (429, "120")
        assert "Please try again in 2 minutes." in early.content.decode()
        now.advance(minutes=2)
        assert walk.post("/code", again="1").status_code == 303
        assert newest_code(account.phone_number) == first
        assert len(inbox.messages(kind="sms", to=account.phone_number)) == 2
        now.advance(minutes=3)
        assert walk.post("/code", again="1")["Retry-After"] == "60"


def test_the_page_says_when(walk: Walk, account: Account) -> None:
    with clock.frozen() as now:
        walk.number(account.phone_number)
        assert "sent again in 2 minutes" in walk.get("/code").content.decode()
        now.advance(seconds=90)
        assert "sent again in 1 minute." in walk.get("/code").content.decode()
        now.advance(seconds=31)
        assert "sent again in" not in walk.get("/code").content.decode()


def test_sending_runs_once_although_its_job_runs_twice(walk: Walk, account: Account) -> None:
    walk.number(account.phone_number)
    run_pending()
    sending.send_code(sign_in_id=SignIn.objects.get().pk)
    run_pending()
    assert len(inbox.messages(kind="sms", to=account.phone_number)) == 1


def test_without_a_cookie_one_begins_again(walk: Walk) -> None:
    for answer in (walk.get("/code"), walk.post("/code", code="123456"), walk.post("/code", again="1")):
        assert (answer.status_code, "Please begin again" in answer.content.decode()) == (403, True)


def test_one_address_is_slowed(walk: Walk, account: Account) -> None:
    walk.number(account.phone_number)
    spend_all(limits.CODES_PER_ADDRESS)
    assert walk.post("/code", code="123456").status_code == 429


def test_statements(walk: Walk, account: Account) -> None:
    """Client, sign-in; count, compare: a wrong code. A right one is used up, settled and noted."""
    walk.number(account.phone_number)
    code = newest_code(account.phone_number)
    for typed, most in ((wrong(code), 4), (code, 7)):
        with count_statements() as statements:
            walk.post("/code", code=typed)
        assert len(statements) <= most
