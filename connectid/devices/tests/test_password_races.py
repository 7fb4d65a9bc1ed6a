"""Passwords presented at once, on PostgreSQL."""

import threading
from collections.abc import Callable

import pytest
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock, passwords
from connectid.devices import limits
from connectid.devices.models import Device
from connectid.devices.operations import attempts
from connectid.devices.tests.former_server import CHOSEN, imported_account, made
from connectid.testing.at_once import at_once
from connectid.testing.scene import basic, new_phone
from connectid.verification.limits import CountedLimit
from connectid.verification.models import Counter

PATH = "/users/fetch_db_key"

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def asking(account: Account, password: str) -> Callable[[], int]:
    return lambda: Client().get(PATH, headers=basic(account.username, password)).status_code


@pytest.fixture
def nobody_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_waiting", threading.BoundedSemaphore(64))


@pytest.mark.usefixtures("nobody_is_sent_away")
@pytest.mark.parametrize("password", [made(), CHOSEN], ids=["random", "chosen"])
def test_16_first_requests_of_an_imported_phone_all_pass(password: str) -> None:
    """A 401 here would be a 400 at the token endpoint, and that wipes the phone (4.1)."""
    account = imported_account(password)
    assert at_once(*[asking(account, password)] * 16) == [200] * 16
    assert Device.objects.filter(account=account).count() == 1


def test_16_first_requests_with_few_allowed_to_wait() -> None:
    account = imported_account(CHOSEN)
    statuses = at_once(*[asking(account, CHOSEN)] * 16)
    assert set(statuses) <= {200, 429}
    assert 200 in statuses


@pytest.mark.usefixtures("nobody_is_sent_away")
def test_64_wrong_passwords_at_once_are_three_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted before it is compared."""
    monkeypatch.setattr(limits, "PASSWORDS_PER_ACCOUNT", CountedLimit(name="password", a_day=3))
    account = imported_account(CHOSEN)
    with clock.frozen(clock.now()):
        statuses = at_once(*[asking(account, f"wrong {number}") for number in range(64)])
    assert sorted(statuses) == [401] * 3 + [429] * 61
    assert Counter.objects.get(name="password").recent == 3


@pytest.mark.usefixtures("nobody_is_sent_away")
def test_a_new_phone_while_the_old_one_asks() -> None:
    """Whatever comes first, the password is a former one afterwards and the account has one current device."""
    account = imported_account(CHOSEN)
    credentials: list[str] = []

    def move() -> int:
        credentials.append(new_phone(account=account).credential)
        return 201

    statuses = at_once(*[asking(account, CHOSEN)] * 8, move, *[asking(account, CHOSEN)] * 8)
    assert set(statuses) <= {200, 201, 401}
    assert asking(account, CHOSEN)() == 401
    assert asking(account, credentials[0])() == 200
    assert Device.objects.filter(account=account, revoked_at=None).count() == 1
    assert not passwords.is_memorised_hash(Account.objects.get(pk=account.pk).password)
