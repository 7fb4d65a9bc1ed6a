"""POST /users/recover (contract 9; 16, E-22, E-26)."""

from datetime import timedelta
from ipaddress import ip_address

import pytest
from django.test import Client

from connectid.core import clock, ratelimit
from connectid.recovery import limits
from connectid.recovery.models import RecoverySession, Step
from connectid.recovery.operations import sessions
from connectid.recovery.tests.older_app import RECOVER, OlderApp, code_in, texts_to
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import basic, new_account, new_number, new_phone
from connectid.web.client_address import limit_key

pytestmark = pytest.mark.django_db


def test_a_secret_and_a_text(client: Client) -> None:
    """Row 200."""
    account = new_account()
    answer = OlderApp(account.phone_number).recover()
    assert answer.status_code == 200
    assert set(answer.json()) == {"secret"}
    assert len(answer.json()["secret"]) == 64
    [text] = texts_to(account.phone_number)
    assert text == f"Your verification token from commcare connect is {code_in(text)}"


@pytest.mark.parametrize("body", [{}, {"phone": None}, {"phone": ""}, {"phone": "12"}, {"phone": "+26"}])
def test_no_number(client: Client, body: dict[str, str | None]) -> None:
    """Row 400; what is no number is as good as none."""
    answer = client.post(RECOVER, body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (400, {"error": "OTP missing required key phone"})


def test_the_secret_is_kept_as_a_digest() -> None:
    app = OlderApp(new_account().phone_number)
    app.recover()
    session = RecoverySession.objects.get()
    assert app.secret not in "".join(str(value) for value in vars(session).values())
    assert session.step == Step.STARTED


def test_each_attempt_has_a_secret_of_its_own() -> None:
    """Safety: whoever starts another recovery of the number does not disturb this one."""
    account = new_account()
    mine, theirs = OlderApp(account.phone_number), OlderApp(account.phone_number)
    mine.recover()
    [text] = texts_to(account.phone_number)
    theirs.recover()
    assert mine.secret != theirs.secret
    assert theirs.confirm_otp(code_in(text)).status_code == 401
    assert mine.confirm_otp(code_in(text)).status_code == 200


@pytest.mark.parametrize("closed", [{"is_active": False}, {"is_active": False, "locked_at": clock.now()}])
def test_a_closed_account_gets_no_text(closed: dict[str, object]) -> None:
    account = new_account(**closed)
    assert OlderApp(account.phone_number).recover().status_code == 200
    assert texts_to(account.phone_number) == []


def test_nobody_gets_no_text() -> None:
    number = new_number()
    assert OlderApp(number).recover().status_code == 200
    assert texts_to(number) == []


def test_a_demonstration_number_gets_no_text_but_has_a_code() -> None:
    account = new_account(phone_number="+74260000001")
    app = OlderApp(account.phone_number)
    app.recover()
    assert texts_to(account.phone_number) == []
    assert RecoverySession.objects.get().account_id == account.pk


def test_many_texts_to_one_number_are_held_back() -> None:
    """E-26: by number, however many sessions there are; the answer stays a 200."""
    account = new_account()
    answers = [OlderApp(account.phone_number).recover() for _ in range(6)]
    assert {answer.status_code for answer in answers} == {200}
    assert len(texts_to(account.phone_number)) == 1


def test_one_caller_starts_only_so_many(client: Client) -> None:
    for _ in range(limits.RECOVERIES_PER_ADDRESS.amount):
        ratelimit.spend(limits.RECOVERIES_PER_ADDRESS, limit_key(ip_address("127.0.0.1")))
    for number in (new_account().phone_number, new_number()):
        answer = client.post(RECOVER, {"phone": number}, content_type="application/json")
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
    assert RecoverySession.objects.count() == 0


def test_a_wrong_basic_header_is_refused_and_a_bearer_is_not_looked_at(client: Client) -> None:
    """2.5."""
    app = OlderApp(new_account().phone_number)
    wrong = app.post(RECOVER, {"phone": app.number}, **basic("somebody", "0" * 64))
    assert (wrong.status_code, wrong.json()) == (401, {"detail": "Invalid username/password."})
    for headers in ({"Authorization": "Bearer x"}, new_phone().headers):
        assert app.post(RECOVER, {"phone": app.number}, **headers).status_code == 200


def test_a_lost_race_with_the_job_sends_nothing_late() -> None:
    """A code that nobody can use any more is not paid for."""
    account = new_account()
    with clock.frozen() as now:
        OlderApp(account.phone_number).recover()
        now.advance(sessions.LIFETIME)
        assert texts_to(account.phone_number) == []


def test_statements(statement_budget: StatementBudget) -> None:
    number = new_account().phone_number
    statement_budget(
        2,
        cap=20,
        grow=lambda n: [OlderApp(new_account().phone_number).recover() for _ in range(n)],
        act=lambda: OlderApp(number).recover(),
    )


def test_statements_of_the_job(statement_budget: StatementBudget) -> None:
    """Session, account, binding, and the six of a send."""
    session = RecoverySession.objects.create(
        secret_digest="x",
        phone_number=new_account().phone_number,
        expires_at=clock.now() + timedelta(minutes=1),
    )
    with statement_budget.at_most(9):
        sessions.send_code(session_id=session.pk, at=clock.now())
