"""When a failed job runs again: the arithmetic, and every sequence of failures that hypothesis finds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from connectid.jobs import GiveUp, retries, runner
from connectid.jobs.definition import JobTask
from connectid.jobs.errors import WorkerLost
from connectid.jobs.models import State
from connectid.jobs.outbox import Claim
from connectid.jobs.runner import Outcome, Verdict
from connectid.jobs.tests import sample_tasks
from connectid.providers.errors import Unavailable

seconds = st.floats(min_value=0.1, max_value=1e6)
fractions = st.floats(min_value=0, max_value=1)


def test_the_ceiling_doubles_up_to_the_cap() -> None:
    ceilings = [retries.ceiling(attempt, base=10, cap=100) for attempt in range(1, 7)]
    assert ceilings == [10, 20, 40, 80, 100, 100]


def test_the_whole_range_below_the_ceiling_is_used() -> None:
    asked = []

    def uniform(low: float, high: float) -> float:
        asked.append((low, high))
        return high

    assert retries.delay(3, base=10, cap=100, uniform=uniform) == 40
    assert asked == [(1.0, 40.0)]


@given(
    attempt=st.integers(1, 32_767),
    base=seconds,
    more=seconds,
    retry_after=st.none() | st.floats(),
    part=fractions,
)
def test_a_delay_is_bounded_below_and_above(
    attempt: int, base: float, more: float, retry_after: float | None, part: float
) -> None:
    cap = base + more
    delay = retries.delay(
        attempt,
        base=base,
        cap=cap,
        retry_after=retry_after,
        uniform=lambda low, high: low + (high - low) * part,
    )
    ceiling = retries.ceiling(attempt, base=base, cap=cap)
    assert min(retries.LEAST_DELAY, ceiling) <= delay <= max(ceiling, 1.1 * retries.MOST_RETRY_AFTER) + 1e-6
    if retry_after is not None and 0 < retry_after <= retries.MOST_RETRY_AFTER:
        assert delay >= retry_after
    elif retry_after is None:
        assert delay <= ceiling


def test_real_delays_differ() -> None:
    assert len({retries.delay(5, base=10, cap=1000) for _ in range(20)}) == 20


class JobLives(RuleBasedStateMachine):
    """One job after another through any sequence of outcomes, as the worker's decisions would move them."""

    state: State | None = None
    task: JobTask[[], None]

    @precondition(lambda self: self.state != State.READY)
    @rule(max_attempts=st.integers(1, 6), base=st.floats(1, 100), deadline=st.none() | st.floats(1, 500))
    def enqueue(self, max_attempts: int, base: float, deadline: float | None) -> None:
        self.task = JobTask(
            func=sample_tasks.not_a_task,
            max_attempts=max_attempts,
            backoff_base=base,
            backoff_cap=base * 8,
            deadline=deadline,
        )
        self.created_at = self.at = self.run_at = datetime(2026, 11, 22, tzinfo=UTC)
        self.attempts = 0
        self.state = State.READY

    def run_job(self, failure: Exception | None, *, took: float = 0.0, part: float = 0.5) -> Outcome:
        self.at = max(self.at, self.run_at)
        self.attempts += 1
        claim = Claim(
            1, "t", "default", [], {}, 0, self.attempts, self.task.max_attempts, "", self.created_at
        )
        ended_at = self.at + timedelta(seconds=took)
        outcome = runner.judge(
            claim, self.task, failure, at=ended_at, uniform=lambda low, high: low + (high - low) * part
        )
        self.state = outcome.returned.state if outcome.returned else None
        if outcome.returned is not None and outcome.returned.state == State.READY:
            assert outcome.returned.attempts == self.attempts
            wait = outcome.returned.at - ended_at
            assert timedelta(seconds=1) <= wait <= timedelta(seconds=retries.MOST_RETRY_AFTER * 1.1 + 1)
            self.run_at = outcome.returned.at
        return outcome

    @precondition(lambda self: self.state == State.READY and self.attempts < self.task.max_attempts)
    @rule(took=st.floats(0, 100))
    def succeed(self, took: float) -> None:
        assert self.run_job(None, took=took).verdict is Verdict.SUCCEEDED

    @precondition(lambda self: self.state == State.READY and self.attempts < self.task.max_attempts)
    @rule(part=fractions, retry_after=st.none() | st.floats(0, 1e6), took=st.floats(0, 100))
    def fail(self, part: float, retry_after: float | None, took: float) -> None:
        outcome = self.run_job(Unavailable("down", retry_after=retry_after), took=took, part=part)
        if outcome.verdict is Verdict.RETRIED:
            assert self.attempts < self.task.max_attempts
            deadline = self.task.deadline
            assert deadline is None or self.run_at <= self.created_at + timedelta(seconds=deadline)
        elif self.task.deadline is None:
            assert self.attempts == self.task.max_attempts

    @precondition(lambda self: self.state == State.READY and self.attempts < self.task.max_attempts)
    @rule()
    def give_up(self) -> None:
        assert self.run_job(GiveUp("no use")).verdict is Verdict.FAILED

    @precondition(lambda self: self.state == State.READY and self.attempts < self.task.max_attempts)
    @rule()
    def lose_the_worker(self) -> None:
        """The lease expires: the claim counted as an attempt, and nothing was written down."""
        self.attempts += 1
        self.run_at = max(self.at, self.run_at) + timedelta(minutes=1)

    @precondition(lambda self: self.state == State.READY and self.attempts >= self.task.max_attempts)
    @rule()
    def find_it_claimed_too_often(self) -> None:
        assert self.run_job(WorkerLost()).verdict is Verdict.FAILED


TestJobLives = JobLives.TestCase


@pytest.mark.parametrize("error", [GiveUp("no use"), Unavailable("down")])
def test_an_unknown_task_is_judged_by_the_defaults(error: Exception) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    claim = Claim(1, "t", "default", [], {}, 0, 1, 5, "", at)
    outcome = runner.judge(claim, None, error, at=at)
    assert outcome.verdict is (Verdict.FAILED if isinstance(error, GiveUp) else Verdict.RETRIED)
