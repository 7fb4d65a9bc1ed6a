"""The circuit breaker's states, on a clock the tests turn by hand."""

from hypothesis import given
from hypothesis import strategies as st

from connectid.providers.breaker import CircuitBreaker
from connectid.testing.at_once import at_once


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> CircuitBreaker:
    breaker = CircuitBreaker(threshold=5, open_seconds=30, clock=clock)
    for _ in range(5):
        assert breaker.ask() is None
        breaker.failed()
    return breaker


def test_four_failures_leave_it_closed() -> None:
    breaker = CircuitBreaker(threshold=5, clock=Clock())
    for _ in range(4):
        breaker.failed()
    assert breaker.ask() is None


def test_a_success_starts_the_count_again() -> None:
    breaker = CircuitBreaker(threshold=5, clock=Clock())
    for _ in range(4):
        breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.ask() is None


def test_open_refuses_and_says_how_long() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 10
    assert breaker.ask() == 20


def test_one_probe_is_let_through_after_the_pause() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 30
    assert breaker.ask() is None
    assert breaker.ask() == 30


def test_of_many_threads_one_probes() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 30
    answers = at_once(*[breaker.ask] * 16)
    assert answers.count(None) == 1


def test_a_successful_probe_closes_it() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 30
    breaker.ask()
    breaker.succeeded()
    assert breaker.ask() is None
    assert breaker.ask() is None


def test_a_failed_probe_opens_it_again() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 30
    breaker.ask()
    breaker.failed()
    assert breaker.ask() == 30


def test_a_probe_that_never_reports_gives_up_its_place() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 30
    assert breaker.ask() is None
    clock.now += 30
    assert breaker.ask() is None


@given(st.lists(st.sampled_from(["fail", "succeed", "ask", "later"]), max_size=60))
def test_never_stuck_and_never_open_below_the_threshold(steps: list[str]) -> None:
    clock = Clock()
    breaker = CircuitBreaker(threshold=3, open_seconds=10, clock=clock)
    in_a_row = 0
    for step in steps:
        if step == "fail":
            breaker.failed()
            in_a_row += 1
        elif step == "succeed":
            breaker.succeeded()
            in_a_row = 0
        elif step == "later":
            clock.now += 10
        else:
            refused = breaker.ask() is not None
            assert not (refused and in_a_row < 3)
    clock.now += 10
    assert breaker.ask() is None
