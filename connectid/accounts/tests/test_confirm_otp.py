"""POST /users/confirm_otp (contract 9; E-20, E-21)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.jobs.models import Job
from connectid.testing.older_app import OlderApp, registered, texted, wrong
from connectid.testing.scene import new_account, new_phone
from connectid.testing.statements import count_statements

REFUSED = (401, {"error": "OTP token is incorrect"})

pytestmark = pytest.mark.django_db


def test_the_code_makes_the_number_the_accounts_own() -> None:
    """9, row 200."""
    app = registered()
    answer = app.post("confirm_otp", {"token": app.ask_for_code()})
    assert (answer.status_code, answer.content) == (200, b"")
    account = app.account
    assert (account.phone_number, account.unproven_number) == (app.phone_number, "")
    assert account.phone_proven_at is not None
    assert account.unproven_since is None


def test_commcare_connect_hears_of_it(client: Client) -> None:
    """E-77: whoever was invited before gets the invite now, and not before the number is proven."""
    app = registered()
    code = app.ask_for_code()
    assert not Job.objects.filter(task__contains="tell_connect").exists()
    app.post("confirm_otp", {"token": code})
    assert Job.objects.filter(task__contains="tell_connect_of_sign_up").exists()


def test_a_wrong_code() -> None:
    """9, row 401."""
    app = registered()
    answer = app.post("confirm_otp", {"token": wrong(app.ask_for_code())})
    assert (answer.status_code, answer.json()) == REFUSED
    assert app.account.phone_number == ""


@pytest.mark.parametrize("body", [{}, {"token": None}, {"token": ""}, {"token": []}, []])
def test_no_code(body: Any) -> None:
    app = registered()
    app.ask_for_code()
    answer = app.post("confirm_otp", body)
    assert (answer.status_code, answer.json()) == REFUSED


def test_before_any_code_was_sent() -> None:
    app = registered()
    answer = app.post("confirm_otp", {"token": "123456"})
    assert (answer.status_code, answer.json()) == REFUSED


def test_an_account_without_a_number() -> None:
    phone = new_phone(account=new_account(phone_number=""))
    answer = OlderApp().post("confirm_otp", {"token": "123456"}, headers=phone.headers)
    assert (answer.status_code, answer.json()) == REFUSED


def test_five_wrong_codes_spend_the_code() -> None:
    """E-20."""
    app = registered()
    code = app.ask_for_code()
    for _ in range(5):
        assert app.post("confirm_otp", {"token": wrong(code)}).status_code == 401
    answer = app.post("confirm_otp", {"token": code})
    assert (answer.status_code, answer.json()) == REFUSED


def test_a_code_is_for_the_account_that_asked() -> None:
    app = registered()
    code = app.ask_for_code()
    squatter = registered(phone_number=app.phone_number)
    answer = squatter.post("confirm_otp", {"token": code})
    assert (answer.status_code, answer.json()) == REFUSED


def test_a_number_that_an_account_has() -> None:
    """E-21: its holder is told so, and recovers that account instead."""
    owner = new_account()
    app = registered(phone_number=owner.phone_number)
    answer = app.post("confirm_otp", {"token": app.ask_for_code()})
    assert (answer.status_code, answer.json()) == (401, {"error": "ACTIVE_USER_EXISTS"})
    assert Account.objects.get(phone_number=owner.phone_number) == owner
    assert app.account.phone_number == ""


def test_a_number_whose_account_is_locked() -> None:
    """A3: a locked account is not replaced by a new one of its number."""
    owner = new_account(is_active=False, locked_at=clock.now())
    app = registered(phone_number=owner.phone_number)
    answer = app.post("confirm_otp", {"token": app.ask_for_code()})
    assert (answer.status_code, answer.json()) == (401, {"error": "LOCKED_ACCOUNT"})


def test_a_number_that_is_proven_may_be_proven_again() -> None:
    phone = new_phone()
    app = OlderApp(phone_number=phone.account.phone_number)
    app.post("validate_phone", headers=phone.headers)
    code = texted(phone.account.phone_number)
    answers = [
        app.post("confirm_otp", {"token": token}, headers=phone.headers).status_code
        for token in (wrong(code), code)
    ]
    assert answers == [401, 200]


def test_a_code_works_once_and_a_repeat_after_a_lost_answer_succeeds() -> None:
    """The app asks again after its time-out of 30 seconds (contract 1)."""
    app = registered()
    code = app.ask_for_code()
    now = clock.now()
    told = []
    for seconds in (0, 1, 30, 3600):
        with clock.frozen(now + timedelta(seconds=seconds)):
            told.append(app.post("confirm_otp", {"token": code}).status_code)
    assert told == [200, 401, 200, 401]


def test_a_form_is_taken_too(client: Client) -> None:
    """Rule 3."""
    app = registered()
    answer = client.post("/users/confirm_otp", {"token": app.ask_for_code()}, headers=app.headers)
    assert answer.status_code == 200


def test_switched_off() -> None:
    app = registered()
    with override_settings(LEGACY_MOBILE_API=False):
        assert app.post("confirm_otp").status_code == 404


@pytest.mark.parametrize("accounts", [1, 20])
def test_statements(accounts: int) -> None:
    """Two for the credential, one for the numbers, four for the code, four to own the number and tell of it."""
    for _ in range(accounts - 1):
        registered()
    app = registered()
    code = app.ask_for_code()
    with count_statements() as statements:
        app.post("confirm_otp", {"token": code})
    assert len(statements) == 11
