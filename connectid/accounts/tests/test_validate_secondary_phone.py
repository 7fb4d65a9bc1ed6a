"""POST /users/validate_secondary_phone (contract 9; E-26)."""

import pytest
from django.test import override_settings

from connectid.jobs.draining import run_pending
from connectid.sandbox import inbox
from connectid.testing.older_app import OlderApp
from connectid.testing.scene import EnrolledPhone, new_number, new_phone
from connectid.testing.statements import count_statements

PATH = "validate_secondary_phone"

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone() -> EnrolledPhone:
    return new_phone(secondary_phone=new_number())


def texts(number: str) -> int:
    run_pending()
    return len(inbox.messages(kind="sms", to=number))


def test_a_code_is_texted_to_the_second_number(phone: EnrolledPhone) -> None:
    """9, row 200."""
    answer = OlderApp().post(PATH, headers=phone.headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert texts(phone.account.secondary_phone) == 1
    assert texts(phone.account.phone_number) == 0


def test_no_second_number() -> None:
    """9, row 400."""
    answer = OlderApp().post(PATH, headers=new_phone().headers)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "Recovery phone number does not exist for user"},
    )


def test_an_account_is_no_means_to_text_strangers(phone: EnrolledPhone) -> None:
    """E-26: ten texts a day for an account, to whatever numbers it is given."""
    numbers = [new_number() for _ in range(14)]
    for number in numbers:
        OlderApp().post("update_profile", {"secondary_phone": number}, headers=phone.headers)
        assert OlderApp().post(PATH, headers=phone.headers).status_code == 200
    assert sum(texts(number) for number in numbers) == 10


def test_without_credentials() -> None:
    assert OlderApp().post(PATH, headers={}).status_code == 401


def test_switched_off(phone: EnrolledPhone) -> None:
    with override_settings(LEGACY_MOBILE_API=False):
        assert OlderApp().post(PATH, headers=phone.headers).status_code == 404


@pytest.mark.parametrize("accounts", [1, 20])
def test_statements(accounts: int) -> None:
    """One for the credential, one for the number, six for the code."""
    phones = [new_phone(secondary_phone=new_number()) for _ in range(accounts)]
    with count_statements() as statements:
        OlderApp().post(PATH, headers=phones[-1].headers)
    assert len(statements) <= 8
