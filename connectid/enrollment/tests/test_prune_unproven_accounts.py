"""The job that deletes registered accounts whose number was never proven (E-21)."""

from datetime import datetime, timedelta

import pytest

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.devices.models import Device
from connectid.enrollment.operations import registration
from connectid.testing.older_app import OlderApp, registered
from connectid.testing.scene import new_account, new_number, new_phone
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db

A_MONTH = timedelta(days=30, seconds=1)


def prune(*, after: timedelta = A_MONTH) -> int:
    return registration.prune(at=clock.now() + after)


def last_used(app: OlderApp, at: datetime) -> None:
    Device.objects.filter(account=app.account).update(last_accessed_at=at)


def test_after_a_month_without_proof_and_use() -> None:
    app = registered()
    assert prune(after=timedelta(days=29)) == 0
    assert prune() == 1
    assert not Account.objects.filter(username=app.username).exists()
    assert app.register().status_code == 200  # the name is free again


def test_one_in_use_stays() -> None:
    app = registered()
    last_used(app, clock.now() + timedelta(days=10))
    assert prune() == 0
    assert prune(after=timedelta(days=41)) == 1


def test_one_that_proved_its_number_stays() -> None:
    app = registered()
    app.prove()
    assert prune(after=timedelta(days=400)) == 0


def test_all_others_stay() -> None:
    """Of imported accounts nobody knows since when they wait; support wants to see locked ones."""
    new_phone()
    new_account(phone_number="", unproven_number=new_number(), date_joined=clock.now() - timedelta(days=900))
    new_account(phone_number="", is_staff=True)
    locked = registered()
    Account.objects.filter(pk=locked.account.pk).update(is_active=False, locked_at=clock.now())
    assert prune(after=timedelta(days=400)) == 0


@pytest.mark.parametrize("accounts", [2, 20])
def test_statements(accounts: int) -> None:
    """The same number for a batch, whatever its size."""
    for _ in range(accounts):
        registered()
    with count_statements() as statements:
        assert prune() == accounts
    # One finds them, one loads them; one for each table that refers to an account.
    assert len(statements) <= 30
    assert len(statements) == count_for_one()


def count_for_one() -> int:
    registered()
    with count_statements() as statements:
        prune()
    return len(statements)
