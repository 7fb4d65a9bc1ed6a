"""Ending a push registration because of what happens to its account."""

import hashlib
from typing import Any

import pytest

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.devices.models import EndReason, PushRegistration
from connectid.devices.operations import push
from connectid.testing.scene import new_account

pytestmark = pytest.mark.django_db


def registered(account: Account, address: str = "token-1", **fields: Any) -> PushRegistration:
    digest = hashlib.sha256(address.encode()).hexdigest()
    return PushRegistration.objects.create(account=account, token=address, token_digest=digest, **fields)


def test_only_the_accounts_own_registration_ends() -> None:
    mine, other = new_account(), new_account()
    ended, current = registered(mine), registered(other)
    now = clock.now()
    push.withdraw(account_id=mine.pk, at=now, reason=EndReason.MOVED)
    ended.refresh_from_db()
    current.refresh_from_db()
    assert (ended.ended_at, ended.end_reason) == (now, EndReason.MOVED)
    assert (current.ended_at, current.end_reason) == (None, "")


def test_an_ended_registration_keeps_its_time_and_reason() -> None:
    account = new_account()
    registration = registered(account)
    first = clock.now()
    push.withdraw(account_id=account.pk, at=first, reason=EndReason.LOCKED)
    push.withdraw(account_id=account.pk, at=clock.now(), reason=EndReason.DEACTIVATED)
    registration.refresh_from_db()
    assert (registration.ended_at, registration.end_reason) == (first, EndReason.LOCKED)
