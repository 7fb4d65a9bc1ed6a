"""POST /users/confirm_secondary_otp (contract 9; E-20)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from connectid.core import clock
from connectid.testing.answers import Answered
from connectid.testing.older_app import OlderApp, texted, wrong
from connectid.testing.scene import EnrolledPhone, new_number, new_phone
from connectid.testing.statements import count_statements

PATH = "confirm_secondary_otp"
REFUSED = (401, {"error": "OTP token is incorrect"})

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone() -> EnrolledPhone:
    return new_phone(secondary_phone=new_number())


def confirm(phone: EnrolledPhone, body: Any) -> Answered:
    return OlderApp().post(PATH, body, headers=phone.headers)


def asked(phone: EnrolledPhone) -> str:
    OlderApp().post("validate_secondary_phone", headers=phone.headers)
    return texted(phone.account.secondary_phone)


def is_proven(phone: EnrolledPhone) -> bool:
    phone.account.refresh_from_db()
    return phone.account.secondary_phone_proven_at is not None


def test_the_code_proves_the_second_number(phone: EnrolledPhone) -> None:
    """9, row 200."""
    answer = confirm(phone, {"token": asked(phone)})
    assert (answer.status_code, answer.content) == (200, b"")
    assert is_proven(phone)


def test_a_wrong_code(phone: EnrolledPhone) -> None:
    """9, row 401."""
    answer = confirm(phone, {"token": wrong(asked(phone))})
    assert (answer.status_code, answer.json()) == REFUSED
    assert not is_proven(phone)


@pytest.mark.parametrize("body", [{}, {"token": None}, {"token": [1]}])
def test_no_code(phone: EnrolledPhone, body: Any) -> None:
    asked(phone)
    answer = confirm(phone, body)
    assert (answer.status_code, answer.json()) == REFUSED


def test_no_second_number() -> None:
    """9, row 400."""
    answer = confirm(new_phone(), {"token": "123456"})
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "Recovery phone number does not exist for user"},
    )


def test_the_code_of_the_first_number_proves_no_second(phone: EnrolledPhone) -> None:
    """Each has a purpose of its own, even where both numbers are the same."""
    phone.account.secondary_phone = phone.account.phone_number
    phone.account.save(update_fields=["secondary_phone"])
    OlderApp().post("validate_phone", headers=phone.headers)
    answer = confirm(phone, {"token": texted(phone.account.phone_number)})
    assert (answer.status_code, answer.json()) == REFUSED


def test_five_wrong_codes_spend_the_code(phone: EnrolledPhone) -> None:
    """E-20."""
    code = asked(phone)
    told = [confirm(phone, {"token": token}).status_code for token in [wrong(code)] * 5 + [code]]
    assert told == [401] * 6


def test_a_repeat_after_a_lost_answer_succeeds(phone: EnrolledPhone) -> None:
    code = asked(phone)
    confirm(phone, {"token": code})
    with clock.frozen(clock.now() + timedelta(seconds=30)):
        assert confirm(phone, {"token": code}).status_code == 200


def test_another_second_number_is_to_be_proven_anew(phone: EnrolledPhone) -> None:
    confirm(phone, {"token": asked(phone)})
    same = {"secondary_phone": phone.account.secondary_phone, "name": "Tionge Banda"}
    OlderApp().post("update_profile", same, headers=phone.headers)
    assert is_proven(phone)
    OlderApp().post("update_profile", {"secondary_phone": new_number()}, headers=phone.headers)
    assert not is_proven(phone)


def test_switched_off(phone: EnrolledPhone) -> None:
    with override_settings(LEGACY_MOBILE_API=False):
        assert confirm(phone, {"token": "123456"}).status_code == 404


@pytest.mark.parametrize("accounts", [1, 20])
def test_statements(accounts: int) -> None:
    """One for the credential, one for the numbers, four for the code, one to remember."""
    phones = [new_phone(secondary_phone=new_number()) for _ in range(accounts)]
    code = asked(phones[-1])
    with count_statements() as statements:
        confirm(phones[-1], {"token": code})
    assert len(statements) == 7
