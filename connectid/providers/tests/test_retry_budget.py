"""The budget of repeats, whatever is answered and whenever: a fifth of the calls and the reserve, and nobody waits for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from connectid.providers import retry_budget
from connectid.providers.retry_budget import EARNED, RESERVE, RESERVE_RETURNS, WELL_AGAIN, RetryBudgets

answers = st.lists(st.booleans(), min_size=1, max_size=40)
late = st.sampled_from([0, 0, 0, 1, 45])
"""Seconds since a thread looked at the clock, when it tells of its call."""


class Spending(RuleBasedStateMachine):
    """Calls to one vendor, some of them well answered, by threads that look at the clock before they call."""

    def __init__(self) -> None:
        super().__init__()
        self.budgets = RetryBudgets()
        self.began = self.at = datetime(2026, 11, 22, tzinfo=UTC)
        self.first = self.spent = self.good_in_a_row = 0
        self.budgets.take("another", at=self.at)

    @property
    def minutes(self) -> float:
        return (self.at - self.began).total_seconds() / 60

    @rule(seconds=st.sampled_from([0.5, 5, 59, 600, 86_400]))
    def pass_time(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    @rule(answers=answers, late=late)
    def call(self, answers: list[bool], late: int) -> None:
        for is_good in answers:
            self.first += 1
            self._answered(is_good, late, is_first=True)

    @rule(answers=answers, late=late)
    def repeat(self, answers: list[bool], late: int) -> None:
        for is_good in answers:
            is_well = self.good_in_a_row >= WELL_AGAIN
            may = self.budgets.take("vendor", at=self.at - timedelta(seconds=late))
            assert may or not is_well
            if may:
                self.spent += not is_well
                self._answered(is_good, late, is_first=False)

    @rule()
    def one_a_minute_whatever_happens(self) -> None:
        self.at += timedelta(seconds=60)
        is_well = self.good_in_a_row >= WELL_AGAIN
        assert self.budgets.take("vendor", at=self.at)
        self.spent += not is_well
        self._answered(False, 0, is_first=False)

    @rule(late=late)
    def look_after_an_outage(self, late: int) -> None:
        """One good answer is enough then: what waited for so long is not to trickle."""
        at = self.at - timedelta(seconds=late)
        self.budgets.answered("vendor", is_first=False, is_good=True, at=at, ends_outage=True)
        self.good_in_a_row = max(WELL_AGAIN, self.good_in_a_row + 1)

    @rule()
    def another_vendor_has_its_reserve(self) -> None:
        assert self.budgets.take("another", at=self.at + timedelta(seconds=60))
        self.at += timedelta(seconds=60)

    @invariant()
    def repeats_are_a_fifth_and_the_reserve(self) -> None:
        assert self.spent <= EARNED * self.first + RESERVE + self.minutes + 1e-6

    def _answered(self, is_good: bool, late: int, *, is_first: bool) -> None:
        at = self.at - timedelta(seconds=late)
        self.budgets.answered("vendor", is_first=is_first, is_good=is_good, at=at)
        self.good_in_a_row = self.good_in_a_row + 1 if is_good else 0


TestSpending = Spending.TestCase


def test_of_a_busy_half_hour_it_is_a_fifth_with_the_reserve_and_all() -> None:
    """The promise: 1.2 calls for each that was to be made, from 1,400 in half an hour on."""
    assert EARNED * 1400 + RESERVE + 1800 * RESERVE_RETURNS <= 0.2 * 1400


def test_what_good_hours_earned_does_not_pay_for_a_storm() -> None:
    left = retry_budget.refilled(RESERVE, seconds=0, first_attempts=10_000)
    assert left > 1000
    assert retry_budget.refilled(left, seconds=900, first_attempts=0) < RESERVE + 1
