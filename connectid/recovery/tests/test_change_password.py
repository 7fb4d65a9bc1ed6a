"""POST /users/change_password (contract 9; E-03, E-14, E-58)."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client, override_settings

from connectid.accounts.models import Account
from connectid.core import passwords
from connectid.core.ratelimit import Limit
from connectid.devices.models import Device, PushRegistration
from connectid.oauth.models import AccessToken, RefreshToken
from connectid.recovery import limits
from connectid.testing.answers import Answered
from connectid.testing.at_once import at_once
from connectid.testing.older_app import OlderApp, registered
from connectid.testing.scene import EnrolledPhone, basic, new_phone
from connectid.testing.statements import count_statements
from connectid.testing.tokens import new_token

PATH = "change_password"
NEW = "Karonga-by-bus-7"

pytestmark = pytest.mark.django_db


def change(headers: dict[str, str], body: Any) -> Answered:
    return OlderApp().post(PATH, body, headers=headers)


def opens(username: str, password: str) -> bool:
    answer = Client().get("/users/fetch_db_key", headers=basic(username, password))
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


def test_a_new_password_takes_the_place_of_the_old_one() -> None:
    """9, row 200."""
    app = registered()
    answer = change(app.headers, {"password": NEW})
    assert (answer.status_code, answer.content) == (200, b"")
    assert opens(app.username, NEW)
    assert not opens(app.username, app.password)


def test_a_password_takes_the_place_of_a_device_credential() -> None:
    """As after an imported password became one (17b)."""
    phone = new_phone()
    assert change(phone.headers, {"password": NEW}).status_code == 200
    assert opens(phone.account.username, NEW)
    assert not opens(phone.account.username, phone.credential)
    assert Device.objects.filter(account=phone.account).count() == 1


def test_every_token_ends_and_pushes_go_on() -> None:
    """E-14: whoever has learned the password has no token left either; the phone is the same."""
    app = registered()
    for _ in range(3):
        new_token(account=app.account)
    assert change(app.headers, {"password": NEW}).status_code == 200
    assert not AccessToken.objects.filter(user=app.account).exists()
    assert not RefreshToken.objects.filter(user=app.account).exists()
    assert PushRegistration.objects.filter(account=app.account, ended_at=None).exists()


@pytest.mark.parametrize("body", [{}, {"password": None}, {"password": ""}, {"password": 5}, []])
def test_no_password(body: Any) -> None:
    """9, row 400."""
    answer = change(registered().headers, body)
    assert (answer.status_code, answer.json()) == (400, {"error": "No password provided"})


@pytest.mark.parametrize("weak", ["abc", "12345678", "password", "iloveyou"])
def test_a_weak_password(weak: str) -> None:
    """9, row 400; E-58: no 500."""
    app = registered()
    answer = change(app.headers, {"password": weak})
    assert (answer.status_code, answer.json()) == (400, {"error": "Password is not complex enough"})
    assert opens(app.username, app.password)


def test_a_token_of_the_account_is_no_login_here() -> None:
    """E-03: partner servers hold it."""
    app = registered()
    answer = change(new_token(account=app.account).headers, {"password": NEW})
    assert (answer.status_code, answer.json()) == (
        401,
        {"detail": "Authentication credentials were not provided."},
    )
    assert opens(app.username, app.password)


def test_a_phone_that_was_replaced_cannot_take_the_account_back() -> None:
    """A1."""
    app = registered()
    new = new_phone(account=app.account)
    answer = change(app.headers, {"password": NEW})
    assert (answer.status_code, answer.json()) == (401, {"error_code": "LOGIN_FROM_DIFFERENT_DEVICE"})
    assert opens(app.username, new.credential)


def test_changes_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECRETS_PER_ACCOUNT", Limit("test", 1, within=timedelta(hours=1)))
    app = registered()
    assert change(app.headers, {"password": NEW}).status_code == 200
    assert change(basic(app.username, NEW), {"password": "another-Password-1"}).status_code == 429


def test_switched_off() -> None:
    with override_settings(LEGACY_MOBILE_API=False):
        assert change(new_phone().headers, {"password": NEW}).status_code == 404


@pytest.mark.parametrize("tokens", [1, 20])
def test_statements(tokens: int) -> None:
    """One for the credential; account and device held; password, device; three for all tokens and codes."""
    phone = new_phone()
    for _ in range(tokens):
        new_token(account=phone.account)
    with count_statements() as statements:
        assert change(phone.headers, {"password": NEW}).status_code == 200
    assert len(statements) <= 9


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_change_while_the_account_moves_to_another_phone() -> None:
    """Whichever comes first, the new phone has the account afterwards."""
    for _ in range(8):
        phone = new_phone()
        moved: list[EnrolledPhone] = []
        at_once(partial(change, phone.headers, {"password": NEW}), partial(move, phone.account, moved))
        assert opens(phone.account.username, moved[0].credential)
        assert not opens(phone.account.username, NEW)
        assert not opens(phone.account.username, phone.credential)
        assert not passwords.is_memorised_hash(Account.objects.get(pk=phone.account.pk).password)


def move(account: Account, moved: list[EnrolledPhone]) -> None:
    moved.append(new_phone(account=account))
