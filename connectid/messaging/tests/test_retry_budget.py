"""What a partner refuses is repeated, but never so often that our calls grow by more than a fifth (decision 0033)."""

import itertools
from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

import pytest

from connectid.core.clock import FrozenClock
from connectid.jobs.draining import run_pending
from connectid.messaging.models import Callback, CallbackKind
from connectid.messaging.operations import callbacks, relaying
from connectid.messaging.operations.callbacks import NewCallback
from connectid.providers import webhooks
from connectid.providers.errors import Rejected
from connectid.testing.partners import Partner, new_channel
from connectid.testing.scene import EnrolledPhone

pytestmark = pytest.mark.django_db

MINUTES = 10
EACH_MINUTE = 70


class Refusing:
    """A partner that refuses three in ten while that lasts."""

    def __init__(self) -> None:
        self.is_over = False
        self.calls = 0
        self._place = itertools.count()

    def post(self, *, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        self.calls += 1
        if not self.is_over and next(self._place) * 7 % 10 < 3:
            raise Rejected("answered 400")


def test_a_partner_that_refuses_three_in_ten_is_not_called_a_half_more(
    partner: Partner, phone: EnrolledPhone, now: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    partners_server = Refusing()
    monkeypatch.setattr(webhooks, "pick", lambda: partners_server)
    monkeypatch.setattr(
        "connectid.messaging.patience.WAITS", (5,) * 200
    )  # so that everything wants to be repeated
    channel = new_channel(partner, phone.account.pk)
    for _ in range(MINUTES):
        bodies = [f'{{"messages": [{{"message_id": "{uuid4()}"}}]}}' for _ in range(EACH_MINUTE)]
        callbacks.queue([NewCallback(channel.pk, CallbackKind.RECEIPT, body) for body in bodies], at=now.at)
        for _ in range(2):
            relaying.sweep(at=now.at)
            run_pending()
            now.advance(seconds=30)
    first_attempts = MINUTES * EACH_MINUTE
    assert 1.1 * first_attempts < partners_server.calls <= 1.2 * first_attempts
    partners_server.is_over = True
    for _ in range(30):
        now.advance(timedelta(minutes=1))
        relaying.sweep(at=now.at)
        run_pending()
    assert not Callback.objects.exists()
