"""POST /users/change_phone (contract 9; E-59)."""

from typing import Any

import pytest
from django.test import override_settings

from connectid.testing.answers import Answered
from connectid.testing.budget import StatementBudget
from connectid.testing.older_app import OlderApp, registered, texted
from connectid.testing.scene import new_account, new_number, new_phone

PATH = "change_phone"

pytestmark = pytest.mark.django_db


def change(app: OlderApp, old: Any, new: Any) -> Answered:
    return app.post(PATH, {"old_phone_number": old, "new_phone_number": new})


def test_a_number_that_was_not_proven() -> None:
    """9, row 200; the new number counts for as little until it is proven."""
    app, corrected = registered(), new_number()
    answer = change(app, app.phone_number, corrected)
    assert (answer.status_code, answer.content) == (200, b"")
    assert (app.account.phone_number, app.account.unproven_number) == ("", corrected)
    app.prove()
    assert app.account.phone_number == corrected


def test_a_code_of_the_old_number_proves_no_new_one() -> None:
    """E-59."""
    app, other = registered(), new_number()
    code = app.ask_for_code()
    change(app, app.phone_number, other)
    answer = app.post("confirm_otp", {"token": code})
    assert (answer.status_code, answer.json()) == (401, {"error": "OTP token is incorrect"})
    assert app.account.phone_number == ""


def test_a_number_that_is_proven() -> None:
    """9, row 400."""
    app = registered()
    app.prove()
    answer = change(app, app.phone_number, new_number())
    assert (answer.status_code, answer.json()) == (400, {"error": "You cannot change a validated number"})
    assert app.account.phone_number == app.phone_number


def test_an_account_that_enrolled_with_its_number() -> None:
    phone = new_phone()
    body = {"old_phone_number": phone.account.phone_number, "new_phone_number": new_number()}
    answer = OlderApp().post(PATH, body, headers=phone.headers)
    assert (answer.status_code, answer.json()) == (400, {"error": "You cannot change a validated number"})


@pytest.mark.parametrize("old", [None, "", "+265991234567", "nonsense"])
def test_another_old_number(old: Any) -> None:
    """9, row 400."""
    app = registered(phone_number="+265999999999")
    answer = change(app, old, new_number())
    assert (answer.status_code, answer.json()) == (400, {"error": "Old phone number does not match"})


@pytest.mark.parametrize("new", [None, "", "0991234567", "x" * 500])
def test_what_is_no_number(new: Any) -> None:
    """9, row 400: the field with its reason."""
    app = registered()
    answer = change(app, app.phone_number, new)
    assert (answer.status_code, answer.json()) == (400, {"phone_number": ["Enter a valid phone number."]})


def test_a_number_that_somebody_has_is_answered_like_any_other() -> None:
    """E-22."""
    app, owner = registered(), new_account()
    assert change(app, app.phone_number, owner.phone_number).status_code == 200
    code = app.ask_for_code()
    assert app.post("confirm_otp", {"token": code}).json() == {"error": "ACTIVE_USER_EXISTS"}
    assert texted(owner.phone_number)


def test_without_credentials() -> None:
    """E-59: no 500."""
    answer = OlderApp().post(PATH, {}, headers={})
    assert (answer.status_code, answer.json()) == (
        401,
        {"detail": "Authentication credentials were not provided."},
    )


def test_switched_off() -> None:
    app = registered()
    with override_settings(LEGACY_MOBILE_API=False):
        assert change(app, app.phone_number, new_number()).status_code == 404


def test_statements(statement_budget: StatementBudget) -> None:
    """Two for the credential, one for the number, one to change it."""
    app = registered()

    def grow(number: int) -> None:
        for _ in range(number):
            registered()

    statement_budget(4, cap=20, grow=grow, act=lambda: change(app, app.phone_number, app.phone_number))
