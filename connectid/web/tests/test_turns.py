"""Who works, who waits, who is turned away."""

import threading
import time
from collections.abc import Callable

from connectid.web.turns import CUT_TO, RESERVED, Turns

LONG = 60.0
SHORT = 0.01


def wait_until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.001)


class Somebody:
    """Waits for a turn on a thread of its own."""

    def __init__(self, turns: Turns, *, may_come_again: bool = False) -> None:
        self.outcome: list[str | None] = []
        self._thread = threading.Thread(
            target=lambda: self.outcome.append(turns.wait(may_come_again=may_come_again)), daemon=True
        )
        before = turns.waiting
        self._thread.start()
        wait_until(lambda: turns.waiting > before or bool(self.outcome))

    def heard(self) -> str | None:
        self._thread.join(LONG)
        (outcome,) = self.outcome
        return outcome


def test_turns_are_passed_on_in_order() -> None:
    turns = Turns(at_once=2, queue=4, patience=LONG)
    assert [turns.take() for _ in range(3)] == [True, True, False]
    first, second = Somebody(turns), Somebody(turns)
    turns.give_back()
    assert (first.heard(), second.outcome) == (None, [])
    turns.give_back()
    assert second.heard() is None
    assert not turns.take()
    turns.give_back()
    assert turns.take()


def test_a_full_queue_refuses_at_once() -> None:
    turns = Turns(at_once=1, queue=1, patience=LONG)
    assert turns.take()
    waiting = Somebody(turns)
    assert turns.wait(may_come_again=False) == "full"
    turns.give_back()
    assert waiting.heard() is None


def test_what_comes_again_leaves_room_for_what_does_not() -> None:
    turns = Turns(at_once=1, queue=RESERVED, patience=LONG)
    assert turns.take()
    polls = [Somebody(turns, may_come_again=True) for _ in range(RESERVED - 1)]
    assert turns.wait(may_come_again=True) == "full"
    person = Somebody(turns)
    for _ in range(RESERVED):
        turns.give_back()
    assert [one.heard() for one in (*polls, person)] == [None] * RESERVED


def test_nobody_waits_longer_than_the_patience() -> None:
    turns = Turns(at_once=1, queue=1, patience=SHORT)
    assert turns.take()
    assert turns.wait(may_come_again=False) == "late"
    assert turns.waiting == 0
    turns.give_back()
    assert turns.take()


def test_a_queue_that_does_not_empty_is_cut() -> None:
    """A burst may fill the queue; an overload, whose queue was never empty for the whole patience, may not."""
    at = [1000.0]
    turns = Turns(at_once=1, queue=50, patience=LONG, clock=lambda: at[0])
    assert turns.take()
    waiting = [Somebody(turns) for _ in range(CUT_TO)]
    at[0] += LONG - 1
    waiting.append(Somebody(turns))
    at[0] += 1
    assert turns.wait(may_come_again=False) == "full"
    for one in waiting:
        turns.give_back()
        assert one.heard() is None
    waiting = [Somebody(turns) for _ in range(CUT_TO + 1)]  # it was empty: a burst may fill it again
    for one in waiting:
        turns.give_back()
        assert one.heard() is None


def test_a_cut_queue_keeps_nobody_for_long() -> None:
    at = [1000.0]
    turns = Turns(at_once=1, queue=50, patience=LONG / 10, clock=lambda: at[0])
    assert turns.take()
    first = Somebody(turns)
    at[0] += LONG
    began = time.monotonic()
    assert turns.wait(may_come_again=False) == "late"
    assert not first.outcome or time.monotonic() - began < LONG
    turns.give_back()
    assert first.heard() is None


def test_a_turn_freed_meanwhile_is_taken() -> None:
    turns = Turns(at_once=1, queue=0, patience=LONG)
    assert turns.wait(may_come_again=False) is None
    assert turns.wait(may_come_again=False) == "full"
