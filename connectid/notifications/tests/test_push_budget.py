"""Repeats are a fifth of the pushes at most, and none is lost for it (safety promise 4, decision 0033)."""

import itertools
from collections.abc import Sequence
from datetime import timedelta

import pytest

from connectid.core import clock
from connectid.notifications.models import Kind, Notification
from connectid.notifications.operations import patience, push_budget, pushing
from connectid.notifications.tests.sending_scene import workers
from connectid.providers import push
from connectid.providers.push import Delivered, Outcome, Push, TryLater

pytestmark = pytest.mark.django_db

MINUTES = 15
EACH_MINUTE = 120


class Brownout:
    """FCM, which refuses three in ten while it lasts."""

    def __init__(self) -> None:
        self.is_over = False
        self.calls = 0
        self.delivered: set[str] = set()
        self._place = itertools.count()

    def send(self, pushes: Sequence[Push], *, deadline: float) -> list[Outcome]:
        return [self._outcome(one) for one in pushes]

    def _outcome(self, one: Push) -> Outcome:
        self.calls += 1
        if not self.is_over and next(self._place) * 7 % 10 < 3:
            return TryLater("fcm answered 503")
        self.delivered.add(str(one.content["notification_id"]))
        return Delivered("name")


@pytest.fixture
def fcm(monkeypatch: pytest.MonkeyPatch) -> Brownout:
    brownout = Brownout()
    monkeypatch.setattr(push, "pick", lambda: brownout)
    return brownout


def test_a_vendor_that_refuses_three_in_ten_is_not_called_a_half_more(
    fcm: Brownout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "MAX_ATTEMPTS", 100)  # nothing is given up for its number of attempts
    accounts = workers(EACH_MINUTE)
    with clock.frozen() as time:
        for _ in range(MINUTES):
            Notification.objects.bulk_create(
                Notification(
                    account=one, kind=Kind.CONNECT, payload="{}", created_at=time.at, push_due_at=time.at
                )
                for one in accounts
            )
            for _ in range(2):
                pushing.push_waiting()
                time.advance(seconds=30)
        first_attempts = MINUTES * EACH_MINUTE
        assert 1.1 * first_attempts < fcm.calls <= 1.2 * first_attempts
        fcm.is_over = True
        for _ in range(30):
            pushing.push_waiting()
            time.advance(timedelta(minutes=1))
    assert len(fcm.delivered) == first_attempts
    assert not Notification.objects.filter(push_due_at__isnull=False).exists()


def test_repeats_that_are_put_off_keep_their_attempts(fcm: Brownout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_budget, "take", lambda wanted, *, at: wanted - 1)
    now = clock.now()
    Notification.objects.bulk_create(
        Notification(
            account=one, kind=Kind.CONNECT, payload="{}", created_at=now, push_due_at=now, push_attempts=1
        )
        for one in workers(2)
    )
    fcm.is_over = True
    pushing.push_due(at=now)
    [waiting] = Notification.objects.filter(push_due_at__isnull=False)
    assert waiting.push_attempts == 1
    assert waiting.push_due_at is not None
    assert waiting.push_due_at > now
