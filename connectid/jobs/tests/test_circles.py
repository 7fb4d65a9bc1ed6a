"""Transactions that enqueue several keys, and what makes the same keys wait at the same time, wait for each other in no circle."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db import connection, transaction

from connectid.core import clock
from connectid.jobs import handover, operations, outbox
from connectid.jobs.draining import run_pending
from connectid.jobs.models import Job, State
from connectid.jobs.outbox import Return
from connectid.jobs.tests import sample_tasks
from connectid.jobs.tests.waiting import until
from connectid.testing.places import another_connection

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

MINUTE = timedelta(minutes=1)
KEYS = ("a", "b")
BOTH_WAYS = pytest.mark.parametrize("keys", [KEYS, KEYS[::-1]])
"""Whatever the order in which a statement comes to its rows, one of the two meets it the wrong way round."""


def enqueue(*keys: str) -> list[int]:
    return [int(sample_tasks.give_up.using(unique_key=key).enqueue().id) for key in keys]


def meanwhile(act: Callable[[], object], *, keys: Sequence[str]) -> None:
    """Begin a transaction that enqueues the first key; act, until that waits for it; then let it enqueue the second."""
    failed: list[Exception] = []

    def acting() -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - told to the test
            failed.append(error)
        finally:
            connection.close()

    first, second = keys
    thread = threading.Thread(target=acting)
    with transaction.atomic():
        enqueue(first)
        thread.start()
        until(_somebody_waits_for_a_lock)
        enqueue(second)
    thread.join()
    assert failed == []


def _somebody_waits_for_a_lock() -> bool:
    with another_connection() as beside:
        waiting = beside.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return waiting.fetchone() is not None


def waiting_keys() -> list[str]:
    assert set(Job.objects.values_list("state", flat=True)) == {State.READY}
    return list(Job.objects.order_by("unique_key").values_list("unique_key", flat=True))


@BOTH_WAYS
def test_jobs_that_go_back_to_wait_again(keys: Sequence[str]) -> None:
    enqueue(*KEYS)
    now = clock.now()
    held = outbox.claim(worker="w", queues=["default"], limit=2, at=now, lease_until=now + MINUTE)
    returns = [Return(claim, State.READY, now + MINUTE, 1, "builtins.OSError", "") for claim in held]
    meanwhile(lambda: outbox.put_back(returns, worker="w"), keys=keys)
    assert waiting_keys() == ["a", "b"]


@BOTH_WAYS
def test_dead_letters_that_are_replayed(keys: Sequence[str]) -> None:
    enqueue(*KEYS)
    run_pending()
    letters = list(Job.objects.values_list("pk", flat=True))
    meanwhile(lambda: operations.replay(ids=letters, at=clock.now()), keys=keys)
    assert waiting_keys() == ["a", "b"]


@BOTH_WAYS
def test_jobs_that_the_broker_did_not_take(keys: Sequence[str]) -> None:
    enqueue(*KEYS)
    now = clock.now()
    lent = handover.lend(queue="default", limit=2, at=now, until=now + MINUTE)
    meanwhile(lambda: handover.take_back(lent), keys=keys)
    assert waiting_keys() == ["a", "b"]
    assert not Job.objects.filter(with_broker_since__isnull=False).exists()
