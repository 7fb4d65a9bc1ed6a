"""The nightly job: photos that nobody will store, browsers of staff that are signed out."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from connectid.accounts import tasks
from connectid.accounts.models import PendingPhoto
from connectid.accounts.operations import pruning
from connectid.core import clock, secrets
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account

pytestmark = pytest.mark.django_db


def new_photo(*, age: timedelta) -> PendingPhoto:
    return PendingPhoto.objects.create(
        account=new_account(), key="k", content=b"", created_at=clock.now() - age
    )


def new_session(*, expires_in: timedelta) -> Session:
    return Session.objects.create(
        session_key=secrets.new_identifier(16), session_data="", expire_date=clock.now() + expires_in
    )


def test_photos_whose_job_is_forgotten() -> None:
    new_photo(age=pruning.PHOTOS_KEPT)
    kept = new_photo(age=pruning.PHOTOS_KEPT - timedelta(minutes=1))
    assert pruning.prune(at=clock.now()) == 1
    assert PendingPhoto.objects.get() == kept


def test_sessions_of_the_admin() -> None:
    new_session(expires_in=timedelta())
    kept = new_session(expires_in=timedelta(minutes=1))
    assert pruning.prune(at=clock.now()) == 1
    assert Session.objects.get() == kept


def test_statements(statement_budget: StatementBudget) -> None:
    def grow(count: int) -> None:
        for _ in range(count):
            new_photo(age=timedelta(days=31))
            new_session(expires_in=timedelta(days=-1))

    statement_budget(2, grow=grow, act=tasks.prune.call, consumed=True, cap=999)


def test_it_has_a_job() -> None:
    new_photo(age=timedelta(days=31))
    tasks.prune.call()
    assert not PendingPhoto.objects.exists()
