from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

import pytest

from connectid.core import clock

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_now_follows_the_system_clock() -> None:
    first = clock.now()
    assert first <= clock.now()


def test_frozen_clock_stands_still_until_moved() -> None:
    with clock.frozen(NOON) as frozen:
        assert clock.now() == clock.now() == NOON
        assert frozen.advance(minutes=5) == clock.now() == NOON + timedelta(minutes=5)
        frozen.advance(timedelta(hours=1), seconds=1)
        assert clock.now() == NOON + timedelta(hours=1, minutes=5, seconds=1)
        frozen.move_to(NOON)
        assert clock.now() == NOON
    assert clock.now() != NOON


def test_freezing_without_an_instant_holds_the_present() -> None:
    before = clock.now()
    with clock.frozen():
        held = clock.now()
        assert before <= held == clock.now()


def test_blocks_nest() -> None:
    with clock.frozen(NOON):
        with clock.frozen(NOON - timedelta(days=1)):
            assert clock.now() == NOON - timedelta(days=1)
        assert clock.now() == NOON


def test_a_failing_block_releases_the_clock() -> None:
    with pytest.raises(LookupError), clock.frozen(NOON):
        raise LookupError
    assert clock.now() != NOON


def test_instants_are_shown_in_utc() -> None:
    east = timezone(timedelta(hours=3))
    with clock.frozen(NOON.astimezone(east)):
        assert clock.now() == NOON
        assert clock.now().tzinfo is UTC


def test_naive_instants_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.frozen(NOON.replace(tzinfo=None)):
        pass


def test_every_thread_sees_the_frozen_clock_and_no_step_is_lost() -> None:
    with clock.frozen(NOON) as frozen:

        def step() -> None:
            for _ in range(200):
                frozen.advance(seconds=1)

        threads = [Thread(target=step) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert clock.now() == NOON + timedelta(seconds=1600)
