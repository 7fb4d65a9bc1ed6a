"""The nightly job: former phones, and registrations that ended long ago."""

from datetime import timedelta

import pytest

from connectid.core import clock
from connectid.devices import tasks
from connectid.devices.models import Device, PushRegistration
from connectid.devices.operations import credentials, pruning
from connectid.devices.tests.push_scene import registered
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_phone

pytestmark = pytest.mark.django_db


def test_former_phones_after_half_a_year() -> None:
    with clock.frozen() as time:
        phone = new_phone()
        credentials.issue(
            account_id=phone.account.pk, installation_id="commcare_new", model="New", at=time.at
        )
        assert pruning.prune(at=time.at + pruning.DEVICES_KEPT - timedelta(seconds=1)) == 0
        assert pruning.prune(at=time.at + pruning.DEVICES_KEPT) == 1
    assert Device.objects.get().installation_id == "commcare_new"


def test_ended_registrations_after_a_month() -> None:
    with clock.frozen() as time:
        current = registered()
        late = registered(ended_at=time.at - pruning.REGISTRATIONS_KEPT + timedelta(seconds=1))
        registered(ended_at=time.at - pruning.REGISTRATIONS_KEPT)
        assert pruning.prune(at=time.at) == 1
    assert {*PushRegistration.objects.all()} == {current, late}


def test_statements(statement_budget: StatementBudget) -> None:
    def grow(count: int) -> None:
        for _ in range(count):
            new_phone()
            registered(ended_at=clock.now() - timedelta(days=31))
        Device.objects.update(revoked_at=clock.now() - timedelta(days=200))

    statement_budget(2, grow=grow, act=tasks.prune.call, consumed=True, cap=999)


def test_it_has_a_job() -> None:
    registered(ended_at=clock.now() - timedelta(days=31))
    tasks.prune.call()
    assert not PushRegistration.objects.exists()
