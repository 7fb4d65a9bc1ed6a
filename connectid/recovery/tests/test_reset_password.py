"""POST /users/recover/reset_password (contract 9; 16, E-14, E-58)."""

import pytest
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.devices.models import Device, PushRegistration
from connectid.jobs.draining import run_pending
from connectid.oauth.models import AccessToken, RefreshToken
from connectid.recovery.models import RecoverySession, Step
from connectid.recovery.operations import sessions
from connectid.recovery.tests.older_app import EMPTY, RECOVER, OlderApp, texted
from connectid.sandbox import inbox
from connectid.testing.scene import BACKUP_CODE, EnrolledPhone, basic, new_account, new_phone
from connectid.testing.statements import count_statements
from connectid.testing.tokens import new_pair

pytestmark = pytest.mark.django_db

PASSWORD = "qT7_mzuzu.Karonga!42"


@pytest.fixture
def phone() -> EnrolledPhone:
    """The phone that was lost."""
    return new_phone()


@pytest.fixture
def app(phone: EnrolledPhone) -> OlderApp:
    """An app on another phone, whose owner was proven."""
    return owner(phone.account)


def owner(account: Account) -> OlderApp:
    proven = OlderApp(account.phone_number).proven()
    assert proven.confirm_pin(BACKUP_CODE).status_code == 200
    return proven


def told(app: OlderApp, password: str = PASSWORD) -> tuple[int, bytes]:
    answer = app.call("reset_password", password=password)
    return answer.status_code, answer.content


def test_the_password_opens_the_account(app: OlderApp, phone: EnrolledPhone, client: Client) -> None:
    """Row 200: the app presents it as a device credential from now on."""
    assert told(app) == (200, b"")
    answer = client.get("/users/fetch_db_key", headers=basic(phone.account.username, PASSWORD))
    assert answer.json() == {"db_key": phone.account.storage_key}
    assert RecoverySession.objects.get().step == Step.FINISHED


def test_everything_of_the_former_phone_ends(app: OlderApp, phone: EnrolledPhone, client: Client) -> None:
    """E-14."""
    new_pair(phone.account)
    PushRegistration.objects.create(account=phone.account, token="t", token_digest="t")
    told(app)
    former = client.get("/users/fetch_db_key", headers=phone.headers)
    assert (former.status_code, former.json()) == (401, {"error_code": "LOGIN_FROM_DIFFERENT_DEVICE"})
    assert not AccessToken.objects.exists()
    assert not RefreshToken.objects.exists()
    assert not PushRegistration.objects.filter(ended_at=None).exists()
    assert Device.objects.filter(account=phone.account, revoked_at=None).count() == 1


def test_other_recoveries_of_the_account_end(app: OlderApp, phone: EnrolledPhone) -> None:
    other = OlderApp(phone.account.phone_number)
    RecoverySession.objects.update(created_at=clock.now())
    with clock.frozen() as now:
        now.advance(minutes=2)
        other.recover()
        code = texted(other.number)
        told(app)
        answer = other.confirm_otp(code)
    assert (answer.status_code, answer.content) == EMPTY


def test_its_owner_is_told() -> None:
    """Safety: every recovery notifies."""
    account = new_account(email="chikondi@example.org")
    told(owner(account))
    run_pending()
    [mail] = inbox.messages(kind="email", to=account.email)
    assert "opened on another phone" in mail.text


@pytest.mark.parametrize("password", ["short", "12345678901", "password"])
def test_a_simple_password(app: OlderApp, password: str) -> None:
    """E-58: the app shows that it failed, and may send another."""
    answer = app.call("reset_password", password=password)
    assert (answer.status_code, answer.json()) == (400, {"error": "Password is not complex enough"})
    assert told(app) == (200, b"")


@pytest.mark.parametrize("step", [Step.STARTED, Step.NUMBER_PROVEN, Step.FINISHED])
def test_only_once_the_owner_is_proven(phone: EnrolledPhone, step: Step, client: Client) -> None:
    """Row 401, without a body."""
    app = owner(phone.account)
    RecoverySession.objects.update(step=step)
    assert told(app) == EMPTY
    assert client.get("/users/fetch_db_key", headers=phone.headers).status_code == 200


def test_once(app: OlderApp) -> None:
    assert told(app) == (200, b"")
    assert told(app, "Another-Password-9") == EMPTY


def test_another_secret(app: OlderApp) -> None:
    app.secret = "0" * 64
    assert told(app) == EMPTY


def test_after_ten_minutes(phone: EnrolledPhone) -> None:
    with clock.frozen() as now:
        app = owner(phone.account)
        now.advance(sessions.LIFETIME)
        assert told(app) == EMPTY


def test_an_account_that_was_closed_meanwhile(app: OlderApp) -> None:
    Account.objects.update(is_active=False, locked_at=clock.now())
    assert told(app) == EMPTY


def test_missing_keys(app: OlderApp) -> None:
    answer = app.post(f"{RECOVER}/reset_password", {"phone": app.number})
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "OTP missing required key secret_key,password"},
    )


@pytest.mark.parametrize("size", [2, 20])
def test_statements(size: int) -> None:
    """Session; account, move, other sessions; five for the phones, what was granted, the mail: whatever there was."""
    account = new_phone().account
    for index in range(size):
        new_pair(account)
        RecoverySession.objects.create(
            secret_digest=str(index),
            phone_number=account.phone_number,
            account=account,
            expires_at=clock.now(),
        )
    app = owner(account)
    with count_statements() as statements:
        assert told(app) == (200, b"")
    assert len(statements) <= 15


def test_a_proven_number_is_not_enough() -> None:
    app = OlderApp(new_account(backup_code="").phone_number).proven()
    assert told(app) == EMPTY
