"""Older apps that register and prove numbers at once, on PostgreSQL (E-21)."""

import threading
from functools import partial

import pytest

from connectid.accounts.models import Account
from connectid.devices.models import Device
from connectid.devices.operations import attempts
from connectid.testing.at_once import at_once
from connectid.testing.older_app import OlderApp, registered
from connectid.testing.scene import new_number
from connectid.verification import codes
from connectid.verification.models import Challenge

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def nobody_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_waiting", threading.BoundedSemaphore(64))


def test_16_repeats_of_one_request_make_one_account() -> None:
    app = OlderApp()
    answers = at_once(*[app.register] * 16)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["db_key"] for answer in answers}) == 1
    assert Device.objects.filter(account=app.account).count() == 1


def test_of_16_people_who_want_one_name_one_gets_it() -> None:
    apps = [OlderApp(username="Chikondi", password=f"password-of-{n}-qT7") for n in range(16)]
    answers = at_once(*[app.register for app in apps])
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 15
    assert Account.objects.count() == 1


def test_of_16_cases_of_one_name_one_is_taken() -> None:
    names = ["chikondi", "Chikondi", "CHIKONDI", "cHIKONDI"] * 4
    apps = [OlderApp(username=name, password=f"password-of-{n}-qT7") for n, name in enumerate(names)]
    answers = at_once(*[app.register for app in apps])
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 15


def asked(app: OlderApp) -> str:
    """The code of an app, as its challenge has it: a resend's gap is shared, and so most get no text."""
    app.post("validate_phone")
    return codes.code_of(Challenge.objects.get(scope=f"account:{app.account.pk}"))


def test_of_8_accounts_that_prove_one_number_one_owns_it() -> None:
    number = new_number()
    apps = [registered(phone_number=number, address=f"192.0.{n}.1") for n in range(8)]
    proofs = [(app, asked(app)) for app in apps]
    answers = at_once(*[partial(app.post, "confirm_otp", {"token": code}) for app, code in proofs])
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    assert {answer.json()["error"] for answer in answers if answer.status_code == 401} == {
        "ACTIVE_USER_EXISTS"
    }
    assert Account.objects.filter(phone_number=number).count() == 1


def test_of_16_right_codes_at_once_one_succeeds() -> None:
    app = registered()
    code = asked(app)
    answers = at_once(*[partial(app.post, "confirm_otp", {"token": code})] * 16)
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 15
    assert app.account.phone_number == app.phone_number


def test_64_guesses_at_once_are_five_checks() -> None:
    """E-20."""
    app = registered()
    asked(app)
    guesses = [f"{number:06d}" for number in range(64)]
    answers = at_once(*[partial(app.post, "confirm_otp", {"token": guess}) for guess in guesses])
    assert {answer.status_code for answer in answers} <= {200, 401}
    assert Challenge.objects.get(scope=f"account:{app.account.pk}").attempts <= 5


def test_a_number_that_is_changed_while_it_is_proven() -> None:
    """E-59: the account ends with the number that was proven, or with the new one unproven; never with the new one proven."""
    for _ in range(5):
        app, other = registered(), new_number()
        code = asked(app)
        body = {"old_phone_number": app.phone_number, "new_phone_number": other}
        at_once(partial(app.post, "confirm_otp", {"token": code}), partial(app.post, "change_phone", body))
        account = app.account
        assert (account.phone_number, account.unproven_number) in [(app.phone_number, ""), ("", other)]
