"""The global breaker: guessing that is spread over many numbers."""

import pytest
from pytest_django import DjangoAssertNumQueries

from connectid.verification import breaker, counters, limits, tasks
from connectid.verification.counters import Taking
from connectid.verification.models import Breaker, Challenge, Counter
from connectid.verification.tests.acts import after, code, is_right, number, send

pytestmark = pytest.mark.django_db


def fail(count: int, *, minutes: float = 0) -> None:
    """Wrong codes, one for each of so many numbers."""
    for index in range(count):
        check = Taking(limits.CHECKS_PER_ADDRESS, f"{number(index)}/{minutes}")
        assert counters.take([check], at=after(minutes=minutes))


def succeed(count: int) -> None:
    """Right codes, counted as ``operations.check`` does."""
    for index in range(count):
        assert counters.take([Taking(limits.CHECKS_PER_ADDRESS, f"right {index}")], at=after())
    Challenge.objects.bulk_create(
        Challenge(
            address=f"right {index}", transport="sms", created_at=after(), expires_at=after(), used_at=after()
        )
        for index in range(count)
    )


def judge(*, minutes: float = 1) -> bool:
    return breaker.judge(at=after(minutes=minutes))


def checks_left(address: str, *, minutes: float = 1) -> int:
    check = Taking(limits.CHECKS_PER_ADDRESS, address)
    return sum(counters.take([check], at=after(minutes=minutes)) for _ in range(20))


def test_five_hundred_failures_open_it() -> None:
    fail(499)
    assert not judge()
    assert checks_left("before") == 10  # they are failures, too
    assert judge()
    assert checks_left("after") == 5


def test_a_busy_hour_of_people_who_mistype_does_not() -> None:
    """A fifth is not more than a fifth."""
    fail(500)
    succeed(2000)
    assert not judge()
    fail(1, minutes=2)
    assert judge(minutes=2)


def test_it_closes_an_hour_after_the_last_sign() -> None:
    fail(500)
    assert judge(minutes=10)
    assert judge(minutes=69)
    assert not judge(minutes=70)
    assert checks_left("then", minutes=130) == 10


def test_it_stays_open_while_the_guessing_goes_on() -> None:
    fail(500)
    assert judge(minutes=1)
    fail(500, minutes=60)
    assert judge(minutes=61)
    assert judge(minutes=120)


def test_it_is_opened_once() -> None:
    fail(500)
    judge(minutes=1)
    judge(minutes=2)
    row = Breaker.objects.get()
    assert (row.opened_at, row.open_until) == (after(minutes=1), after(minutes=62))
    assert (row.checks, row.failures) == (500, 500)


def test_a_right_code_is_still_right_while_it_is_open() -> None:
    fail(500)
    judge()
    send(after(minutes=1))
    assert is_right(code(), after(minutes=1))


def test_it_has_a_job() -> None:
    tasks.judge_breaker.call()
    assert not Breaker.objects.exists()


@pytest.mark.parametrize("failures", [10, 600])
def test_statements(failures: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    fail(failures)
    with django_assert_num_queries(3 if failures < 500 else 4):
        judge()


def test_twenty_thousand_sprayed_numbers_open_it_within_five_minutes() -> None:
    """One wrong code for each of 20,000 numbers, over an hour."""
    hour = int(after().timestamp()) // 3600
    opened = []
    for minute in range(1, 6):
        Counter.objects.bulk_create(
            Counter(
                name=limits.CHECKS_PER_ADDRESS.name,
                subject=f"{minute}/{index}",
                full_at=0,
                last_at=0,
                hour=hour,
                in_hour=1,
                recent=1,
                converted=0,
            )
            for index in range(20_000 // 60)
        )
        opened.append(judge(minutes=minute))
    assert opened == [False, True, True, True, True]
