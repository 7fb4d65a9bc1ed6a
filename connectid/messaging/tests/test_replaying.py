"""Replaying calls that were given up: any number, in batches, in their order."""

from typing import Any

import pytest

from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.messaging.models import Callback, Channel
from connectid.messaging.operations import outcomes
from connectid.testing.partners import ListeningPartner, Partner, new_channel
from connectid.testing.scene import EnrolledPhone

pytestmark = pytest.mark.django_db


def give_up(channel: Channel, count: int) -> None:
    """So many calls that were given up."""
    Callback.objects.bulk_create(
        Callback(channel=channel, kind="receipt", body=f'{{"messages": [], "place": {place}}}')
        for place in range(count)
    )
    Callback.objects.update(given_up_at=clock.now(), attempts=10)


def test_all_are_made_again_in_their_order(
    listener: ListeningPartner, partner: Partner, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "REPLAYED_AT_A_TIME", 3)
    give_up(channel, 8)
    assert outcomes.replay(Callback.objects.all(), at=clock.now()) == 8
    run_pending()
    assert [body["place"] for body in listener.told(partner.server.callback_url)] == [*range(8)]
    assert outcomes.replay(Callback.objects.all(), at=clock.now()) == 0


def test_statements(partner: Partner, phone: EnrolledPhone, statement_budget: Any) -> None:
    """Look, lock, put back, wake, look again; one is the test's own."""

    def grow(count: int) -> None:
        for _ in range(count):
            give_up(new_channel(partner, phone.account.pk), 2)

    def act() -> None:
        Callback.objects.update(given_up_at=clock.now())
        assert outcomes.replay(Callback.objects.all(), at=clock.now()) == Callback.objects.count()

    statement_budget(5 + 2, cap=20, grow=grow, act=act)
