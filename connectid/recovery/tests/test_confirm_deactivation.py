"""POST /users/recover/confirm_deactivation (contract 9; 16, E-14, E-20)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.core.clock import FrozenClock
from connectid.devices.models import Device, PushRegistration
from connectid.oauth.models import AccessToken
from connectid.recovery.models import RecoverySession, Step
from connectid.recovery.operations import leaving, sessions
from connectid.recovery.tests.older_app import RECOVER, OlderApp, other_than, texted
from connectid.recovery.tests.test_initiate_deactivation import UNKNOWN, told
from connectid.testing.scene import EnrolledPhone, new_account, new_number, new_phone
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db

INVALID: tuple[int, Any] = (401, {"error_code": "INVALID_TOKEN"})
EXPIRED: tuple[int, Any] = (401, {"error_code": "TOKEN_EXPIRED"})


@pytest.fixture
def now() -> Iterator[FrozenClock]:
    with clock.frozen() as frozen:
        yield frozen


@pytest.fixture
def phone(now: FrozenClock) -> EnrolledPhone:
    return new_phone()


@pytest.fixture
def app(phone: EnrolledPhone, now: FrozenClock) -> OlderApp:
    """An app that had the code sent which closes the phone's account."""
    proven = OlderApp(phone.account.phone_number).proven()
    now.advance(minutes=2)  # texts to one number are a minute apart at least
    proven.call("initiate_deactivation")
    return proven


def confirm(app: OlderApp, code: str | None = None) -> Any:
    return app.call("confirm_deactivation", token=code or texted(app.number))


def test_the_right_code_closes_the_account(app: OlderApp, phone: EnrolledPhone, client: Client) -> None:
    """Row 200, E-14: its phone may do nothing more and gets no pushes."""
    PushRegistration.objects.create(account=phone.account, token="t", token_digest="t")
    answer = confirm(app)
    assert (answer.status_code, answer.content) == (200, b"")
    phone.account.refresh_from_db()
    assert (phone.account.is_active, phone.account.is_locked) == (False, False)
    assert client.get("/users/fetch_db_key", headers=phone.headers).status_code == 401
    assert not Device.objects.filter(revoked_at=None).exists()
    assert not PushRegistration.objects.filter(ended_at=None).exists()
    assert RecoverySession.objects.get().step == Step.FINISHED


def test_the_number_can_be_enrolled_again(app: OlderApp) -> None:
    confirm(app)
    assert new_account(phone_number=app.number).is_active


@pytest.mark.parametrize("tokens", [2, 10_000])
def test_tokens_end_in_as_many_statements_whatever_their_number(
    app: OlderApp, phone: EnrolledPhone, tokens: int
) -> None:
    """Session, the four of a check, account, move; account twice, its password, devices, what was granted."""
    expires = clock.now() + timedelta(hours=10)
    AccessToken.objects.bulk_create(
        AccessToken(user=phone.account, token_checksum=f"{n:064}", expires=expires) for n in range(tokens)
    )
    code = texted(app.number)
    with count_statements() as statements:
        assert confirm(app, code).status_code == 200
    assert not AccessToken.objects.exists()
    assert len(statements) <= 16
    assert sum("oauth_accesstoken" in statement.lower() for statement in statements) == 1


def test_a_wrong_code(app: OlderApp, phone: EnrolledPhone) -> None:
    """Row 401."""
    assert told(confirm(app, other_than(texted(app.number)))) == INVALID
    phone.account.refresh_from_db()
    assert phone.account.is_active


def test_five_wrong_codes_spend_the_right_one(app: OlderApp) -> None:
    """E-20."""
    code = texted(app.number)
    for _ in range(5):
        confirm(app, other_than(code))
    assert told(confirm(app, code)) == INVALID


def test_a_late_code(app: OlderApp, now: FrozenClock) -> None:
    """Row 401, of a code that is over after 600 seconds."""
    code = texted(app.number)
    now.advance(leaving.CODE_LIFETIME)
    assert told(confirm(app, code)) == EXPIRED
    now.advance(sessions.LIFETIME)
    assert told(confirm(app, code)) == UNKNOWN


def test_without_having_asked_for_a_code() -> None:
    app = OlderApp(new_account().phone_number).proven()
    assert told(confirm(app, "123456")) == INVALID


def test_the_code_that_proved_the_number_closes_nothing() -> None:
    app = OlderApp(new_account().phone_number)
    app.recover()
    code = texted(app.number)
    app.confirm_otp(code)
    assert told(confirm(app, code)) == INVALID


@pytest.mark.parametrize("number", [None, new_number()])
def test_a_number_that_is_not_proven_whether_somebody_has_it_or_not(number: str | None) -> None:
    """E-22."""
    app = OlderApp(number or new_account().phone_number)
    app.recover()
    assert told(confirm(app, "123456")) == UNKNOWN


def test_another_secret(app: OlderApp) -> None:
    code = texted(app.number)
    app.secret = "0" * 64
    assert told(confirm(app, code)) == UNKNOWN


def test_a_second_time(app: OlderApp) -> None:
    code = texted(app.number)
    confirm(app, code)
    assert told(confirm(app, code)) == UNKNOWN


def test_an_account_that_was_locked_since(app: OlderApp, phone: EnrolledPhone) -> None:
    """Row 400."""
    code = texted(app.number)
    Account.objects.update(is_active=False, locked_at=clock.now())
    assert told(confirm(app, code)) == (400, {"error_code": "USER_DOES_NOT_EXIST"})


def test_missing_keys(app: OlderApp) -> None:
    answer = app.post(f"{RECOVER}/confirm_deactivation")
    assert told(answer) == (400, {"error": "OTP missing required key phone_number,secret_key,token"})


@pytest.mark.parametrize("others", [2, 20])
def test_statements_of_a_wrong_code(app: OlderApp, others: int) -> None:
    """Session, the two of a check that fails, and whether the code is over."""
    for _ in range(others):
        OlderApp(new_account().phone_number).recover()
    wrong = other_than(texted(app.number))
    with count_statements() as statements:
        confirm(app, wrong)
    assert len(statements) == 4
