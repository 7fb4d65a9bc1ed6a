"""POST /users/recover/confirm_password (contract 9; 16, E-18)."""

from typing import Any

import pytest

from connectid.accounts.models import Account
from connectid.core import clock, passwords
from connectid.recovery.limits import PASSWORDS_PER_SESSION
from connectid.recovery.models import Proof, RecoverySession, Step
from connectid.recovery.tests.older_app import EMPTY, RECOVER, OlderApp
from connectid.testing.scene import new_account, new_phone
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db

PASSWORD = "Karonga-7-Lilongwe"


def with_password(**fields: Any) -> Account:
    return new_account(password=passwords.hash_memorised(PASSWORD), **fields)


@pytest.fixture
def account() -> Account:
    return with_password()


@pytest.fixture
def app(account: Account) -> OlderApp:
    """An app that proved the account's number."""
    return OlderApp(account.phone_number).proven()


def told(app: OlderApp, password: str) -> tuple[int, bytes]:
    answer = app.call("confirm_password", password=password)
    return answer.status_code, answer.content


def test_the_right_password(app: OlderApp, account: Account) -> None:
    """Row 200."""
    answer = app.call("confirm_password", password=PASSWORD)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "name": account.name,
            "username": account.username,
            "secondary_phone": "",
            "secondary_phone_validate_by": None,
            "db_key": account.storage_key,
            "payment_profile": {},
        },
    )
    session = RecoverySession.objects.get()
    assert (session.step, session.owner_proven_by) == (Step.OWNER_PROVEN, Proof.PASSWORD)


def test_a_device_credential_is_what_an_older_app_calls_a_password() -> None:
    """It made one up itself, or the former server did: both open what Basic opens."""
    phone = new_phone()
    assert told(OlderApp(phone.account.phone_number).proven(), phone.credential)[0] == 200


def test_a_wrong_password(app: OlderApp) -> None:
    """Row 401, without a body."""
    assert told(app, "something else") == EMPTY
    assert RecoverySession.objects.get().step == Step.NUMBER_PROVEN


def test_an_account_without_a_password() -> None:
    assert told(OlderApp(new_account().phone_number).proven(), PASSWORD) == EMPTY


def test_a_session_tries_three(app: OlderApp) -> None:
    """E-18: counted before it is judged, so the right one is refused as well."""
    for _ in range(PASSWORDS_PER_SESSION):
        assert told(app, "something else") == EMPTY
    assert told(app, PASSWORD) == EMPTY


def test_the_password_of_a_former_phone() -> None:
    former = new_phone()
    new_phone(account=former.account)
    assert told(OlderApp(former.account.phone_number).proven(), former.credential) == EMPTY


def test_another_secret(app: OlderApp) -> None:
    app.secret = "0" * 64
    assert told(app, PASSWORD) == EMPTY


def test_not_before_the_number_is_proven(account: Account) -> None:
    app = OlderApp(account.phone_number)
    app.recover()
    assert told(app, PASSWORD) == EMPTY
    assert RecoverySession.objects.get().password_tries == 0


def test_a_closed_account(app: OlderApp) -> None:
    Account.objects.update(is_active=False, locked_at=clock.now())
    assert told(app, PASSWORD) == EMPTY


def test_missing_keys(app: OlderApp) -> None:
    answer = app.post(f"{RECOVER}/confirm_password", {"phone": app.number, "password": ""})
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "OTP missing required key secret_key,password"},
    )


@pytest.mark.parametrize("size", [2, 20])
def test_statements(size: int) -> None:
    """Session and its count; a password's four, three for its first device, its use; account, move, profile."""
    for _ in range(size):
        OlderApp(with_password().phone_number).recover()
    app = OlderApp(with_password().phone_number).proven()
    with count_statements() as statements:
        assert told(app, PASSWORD)[0] == 200
    assert len(statements) <= 14
