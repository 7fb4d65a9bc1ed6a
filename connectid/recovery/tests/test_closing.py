"""Locking, unlocking and deactivating an account, and what dies with it (contract 16, E-14 to E-16)."""

from collections.abc import Callable

import pytest
from django.test import Client

from connectid.accounts.errors import LockedAccount
from connectid.accounts.models import Account, LockReason
from connectid.core import clock
from connectid.devices.models import Device
from connectid.recovery.operations import closing, lifting
from connectid.testing.budget import SIZES
from connectid.testing.grants import grant, granted
from connectid.testing.scene import new_account, new_phone
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db

type Act = Callable[[int], bool]


def lock_out(account_id: int) -> bool:
    Account.objects.filter(pk=account_id).update(failed_backup_codes=3)
    return closing.lock_out(account_id=account_id, at=clock.now())


def lock(account_id: int) -> bool:
    return closing.lock(account_id=account_id, at=clock.now())


def deactivate(account_id: int) -> bool:
    return closing.deactivate(account_id=account_id, at=clock.now())


ACTS = [lock_out, lock, deactivate]


@pytest.mark.parametrize("act", ACTS)
def test_everything_that_the_account_granted_dies(act: Act, client: Client) -> None:
    """E-14: tokens, and where pushes go; the device credential opens nothing."""
    phone, other = new_phone(), new_phone()
    grant(phone.account)
    grant(other.account)
    assert act(phone.account.pk)
    assert granted(phone.account) == (0, 0, 0)
    assert granted(other.account) == (1, 1, 1)
    assert client.get("/users/fetch_db_key", headers=phone.headers).status_code == 401
    assert client.get("/users/fetch_db_key", headers=other.headers).status_code == 200


@pytest.mark.parametrize("act", ACTS)
def test_a_second_time_changes_nothing(act: Act) -> None:
    account = new_account()
    assert act(account.pk)
    assert not act(account.pk)


@pytest.mark.parametrize("act", ACTS)
def test_what_was_accepted_before_opens_nothing_any_more(act: Act) -> None:
    """A right code that was accepted just before the account was closed."""
    account = new_account()
    closing.require_active(account_id=account.pk)
    act(account.pk)
    with pytest.raises(LockedAccount):
        closing.require_active(account_id=account.pk)


def test_staff_make_a_lock_stay(client: Client) -> None:
    """What would end by itself, and leave the phone its credential, does neither once staff locked the account too."""
    phone = new_phone()
    lock_out(phone.account.pk)
    assert lock(phone.account.pk)
    assert not lock(phone.account.pk)
    phone.account.refresh_from_db()
    assert phone.account.lock_reason == LockReason.STAFF
    assert lifting.unlock(account_id=phone.account.pk)
    assert client.get("/users/fetch_db_key", headers=phone.headers).status_code == 401


def test_a_deactivated_account_cannot_be_locked() -> None:
    account = new_account(is_active=False)
    assert not lock(account.pk)
    assert not lock_out(account.pk)


def test_tries_that_are_left_keep_the_account_open() -> None:
    account = new_account(failed_backup_codes=2)
    assert not closing.lock_out(account_id=account.pk, at=clock.now())
    account.refresh_from_db()
    assert account.is_active


def test_a_guesser_costs_the_phone_only_the_time_of_the_lock(client: Client) -> None:
    """Who typed wrong codes did not have the phone: its credential works again once the lock is lifted."""
    phone = new_phone()
    lock_out(phone.account.pk)
    assert lifting.unlock(account_id=phone.account.pk)
    assert client.get("/users/fetch_db_key", headers=phone.headers).status_code == 200


def test_a_phone_that_staff_locked_out_stays_out(client: Client) -> None:
    """It may be in other hands."""
    phone = new_phone()
    lock(phone.account.pk)
    assert lifting.unlock(account_id=phone.account.pk)
    assert client.get("/users/fetch_db_key", headers=phone.headers).status_code == 401
    assert not Device.objects.filter(account=phone.account, revoked_at=None).exists()


def test_a_deactivated_account_leaves_its_number() -> None:
    """E-16: staff can free a number that a lock would block for ever."""
    account = new_account()
    lock(account.pk)
    assert deactivate(account.pk)
    account.refresh_from_db()
    assert (account.is_active, account.is_locked) == (False, False)


@pytest.mark.parametrize("number", SIZES)
@pytest.mark.parametrize(("act", "most"), [(lock_out, 9), (lock, 11), (deactivate, 11)])
def test_statements(act: Act, most: int, number: int) -> None:
    """As many however many tokens, devices and registrations there are.

    One for the account, two for the device, four for tokens, codes and browsers, four for pushes with the job that says farewell. Who
    guesses costs the phone no device.
    """
    account = new_account(failed_backup_codes=3)
    grant(account, number)
    with count_statements() as statements:
        assert act(account.pk)
    assert len(statements) - (act is lock_out) == most, statements
