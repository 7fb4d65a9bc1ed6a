"""POST /users/validate_phone (contract 9; E-26, E-76)."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import override_settings

from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.sandbox import inbox
from connectid.testing.older_app import OlderApp, registered, texted
from connectid.testing.scene import new_account, new_phone
from connectid.testing.statements import count_statements
from connectid.verification.models import Challenge

pytestmark = pytest.mark.django_db


def texts(number: str) -> int:
    run_pending()
    return len(inbox.messages(kind="sms", to=number))


def test_a_code_is_texted_to_the_number_that_waits_for_its_proof() -> None:
    """9, row 200: an empty answer."""
    app = registered()
    answer = app.post("validate_phone")
    assert (answer.status_code, answer.content) == (200, b"")
    assert texts(app.phone_number) == 1
    assert Challenge.objects.get(address=app.phone_number).scope == f"account:{app.account.pk}"


def test_a_code_is_texted_to_a_number_that_is_proven() -> None:
    phone = new_phone()
    answer = OlderApp().post("validate_phone", headers=phone.headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert texted(phone.account.phone_number)


def test_an_account_without_a_number() -> None:
    phone = new_phone(account=new_account(phone_number=""))
    assert OlderApp().post("validate_phone", headers=phone.headers).status_code == 200
    assert not Challenge.objects.exists()


def test_texts_are_limited_and_the_answer_is_the_same() -> None:
    """E-76: silently; E-26: asking again for the same number costs nothing."""
    app = registered()
    for _ in range(5):
        assert app.post("validate_phone").status_code == 200
    assert texts(app.phone_number) == 1
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        app.post("validate_phone")
        assert texts(app.phone_number) == 2


def test_other_accounts_of_the_number_share_its_limits() -> None:
    """E-26: a new account begins no new gap."""
    first = registered()
    for app in (first, *(registered(phone_number=first.phone_number) for _ in range(3))):
        app.post("validate_phone")
    assert texts(first.phone_number) == 1


def test_a_demonstration_number_gets_no_text_but_has_its_code() -> None:
    """5.3: its code is for whoever may look it up."""
    app = registered(phone_number=f"{settings.FICTITIOUS_NUMBER_PREFIXES[0]}1234567")
    assert app.post("validate_phone").status_code == 200
    assert texts(app.phone_number) == 0
    assert Challenge.objects.filter(address=app.phone_number).exists()


def test_without_credentials() -> None:
    answer = OlderApp().post("validate_phone", headers={})
    assert answer.status_code == 401


def test_switched_off() -> None:
    app = registered()
    with override_settings(LEGACY_MOBILE_API=False):
        assert app.post("validate_phone").status_code == 404


@pytest.mark.parametrize("accounts", [1, 20])
def test_statements(accounts: int) -> None:
    """Two for the credential, one for the number, four for the code and its job."""
    for _ in range(accounts - 1):
        registered()
    app = registered()
    app.post("change_phone")  # the password is remembered from here
    with count_statements() as statements:
        app.post("validate_phone")
    assert len(statements) == 7
