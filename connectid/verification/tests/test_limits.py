"""Limits on sends, each at its edge: E-26, SMS pumping."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django import Settings

from connectid.verification import counters, limits
from connectid.verification.counters import Taking
from connectid.verification.models import Counter
from connectid.verification.tests.acts import (
    AT,
    EMAIL,
    NUMBER,
    after,
    code,
    is_right,
    neighbour,
    number,
    send,
)

pytestmark = pytest.mark.django_db


def test_a_number_gets_five_codes_a_day_whatever_the_session() -> None:
    """E-26: a new session is a new row, and no way round the limit."""
    for index in range(5):
        assert send(after(minutes=index), scope=f"session:{index}").accepted
    refused = send(after(minutes=5), scope="session:5")
    assert not refused.accepted
    # One of five comes back every 4.8 hours, counted from the first.
    assert refused.retry_after == (4.8 * 60 - 5) * 60
    assert not send(after(hours=4.8, seconds=-1), scope="session:5").accepted
    assert send(after(hours=4.8), scope="session:5").accepted
    assert not send(after(hours=4.9), scope="session:6").accepted
    assert send(after(hours=9.6), scope="session:6").accepted


def test_codes_to_one_number_are_a_minute_apart_whatever_the_session() -> None:
    send()
    assert send(after(seconds=15), scope="session:2").retry_after == 45
    assert not send(after(seconds=59), scope="session:2").accepted
    assert send(after(seconds=60), scope="session:2").accepted


def test_an_email_address_gets_five_codes_a_day_however_it_is_written() -> None:
    spellings = [EMAIL, EMAIL.upper(), EMAIL.lower(), EMAIL.title(), EMAIL.swapcase(), EMAIL.capitalize()]
    accepted = [
        send(after(minutes=index), address=spelling).accepted for index, spelling in enumerate(spellings)
    ]
    assert accepted == [True] * 5 + [False]


def test_a_scope_sends_ten_codes_a_day_whatever_the_addresses() -> None:
    """E-26: an account that texts strangers."""
    accepted = [send(address=number(index), scope="account:1").accepted for index in range(12)]
    assert accepted == [True] * 10 + [False] * 2
    assert send(after(hours=2.4), address=number(11), scope="account:1").accepted


def test_refused_sends_spend_nothing() -> None:
    """Or whoever hammers one number would use up the limits of everybody."""
    send()
    before = list(Counter.objects.order_by("pk").values())
    for index in range(20):
        assert not send(after(seconds=index), scope=f"session:{index}x").accepted
    assert list(Counter.objects.order_by("pk").values()) == before


def test_a_prefix_gets_twenty_texts_an_hour() -> None:
    accepted = [
        send(after(seconds=index), address=neighbour(index), scope=f"session:{index}").accepted
        for index in range(30)
    ]
    assert accepted == [True] * 20 + [False] * 10


def test_a_class_that_types_its_codes_goes_on_in_the_next_hour() -> None:
    for index in range(20):
        address, scope = neighbour(index), f"session:{index}"
        send(address=address, scope=scope)
        if index < 2:
            assert is_right(code(address=address, scope=scope), address=address, scope=scope)
    assert send(after(minutes=20), address=neighbour(20), scope="session:20").retry_after == 40 * 60
    assert not send(after(minutes=60, seconds=-1), address=neighbour(20), scope="session:20").accepted
    assert send(after(minutes=60), address=neighbour(20), scope="session:20").accepted


def test_a_prefix_whose_codes_nobody_types_is_refused_for_twelve_hours() -> None:
    for index in range(20):
        send(address=neighbour(index), scope=f"session:{index}")
    assert send(after(hours=1), address=neighbour(20), scope="session:20").retry_after == 11 * 3600
    assert not send(after(hours=12, seconds=-1), address=neighbour(20), scope="session:20").accepted
    assert send(after(hours=12), address=neighbour(20), scope="session:20").accepted


def test_nineteen_untyped_codes_block_nothing() -> None:
    for index in range(19):
        send(address=neighbour(index), scope=f"session:{index}")
    assert send(after(hours=1), address=neighbour(20), scope="session:20").accepted


def test_codes_typed_in_late_free_the_prefix() -> None:
    for index in range(20):
        send(after(minutes=55), address=neighbour(index), scope=f"session:{index}")
    assert not send(after(minutes=61), address=neighbour(20), scope="session:20").accepted
    for index in range(2):  # two of twenty are the tenth that is asked for
        address, scope = neighbour(index), f"session:{index}"
        assert is_right(code(address=address, scope=scope), after(minutes=62), address=address, scope=scope)
    assert send(after(minutes=63), address=neighbour(20), scope="session:20").accepted


def test_a_good_past_does_not_hide_a_pumped_prefix_for_long() -> None:
    prefix = Taking(limits.TEXTS_PER_PREFIX, "+25571234")
    check = Taking(limits.CHECKS_PER_ADDRESS, NUMBER)
    for hour in range(5):
        for _ in range(20):
            assert counters.take([prefix], at=after(hours=hour))
            counters.settle(check, prefix="+25571234")
    pumped = [counters.take([prefix], at=after(hours=hour)) for hour in range(5, 17) for _ in range(20)]
    assert sum(pumped) < 100


def test_ten_thousand_requests_on_one_prefix_bring_at_most_twenty_texts() -> None:
    """SMS pumping over nine hours, so that nine hours' limits begin anew."""
    prefix = Taking(limits.TEXTS_PER_PREFIX, "+25571234")
    assert sum(counters.take([prefix], at=after(seconds=3.24 * index)) for index in range(10_000)) == 20


def test_a_country_gets_its_hourly_texts(settings: Settings) -> None:
    settings.SMS_COUNTRY_HOURLY = 3
    accepted = [send(address=number(index), scope=f"session:{index}").accepted for index in range(4)]
    assert accepted == [True, True, True, False]
    assert send(address="+254712345678", scope="session:9").accepted
    assert send(after(hours=1), address=number(5), scope="session:5").accepted


def test_there_are_so_many_texts_an_hour_in_all(settings: Settings) -> None:
    settings.SMS_GLOBAL_HOURLY = 3
    addresses = [number(0), number(1), "+254712345678", "+447400000000"]
    accepted = [send(address=address, scope=address).accepted for address in addresses]
    assert accepted == [True, True, True, False]
    assert send(address=EMAIL, scope="account:1").accepted


@pytest.mark.parametrize("setting", ["SMS_COUNTRY_HOURLY", "SMS_GLOBAL_HOURLY"])
def test_none_at_all_is_a_limit_too(settings: Settings, setting: str) -> None:
    setattr(settings, setting, 0)
    assert send().accepted is False
    assert send().retry_after is None


def test_a_switched_off_rate_limiter_changes_nothing(settings: Settings) -> None:
    settings.RATE_LIMITS = False
    assert send().accepted
    assert not send(after(seconds=59), scope="session:2").accepted


def test_a_clock_that_runs_behind_gains_nothing() -> None:
    """Two servers' clocks differ by a few seconds."""
    taking = Taking(limits.TEXTS_PER_PREFIX, "+25571234")
    assert counters.take([taking], at=AT)
    for _ in range(19):
        assert counters.take([taking], at=AT - timedelta(seconds=3))
    assert not counters.take([taking], at=AT - timedelta(seconds=3))


@pytest.mark.parametrize("make", [limits.texts_per_country, limits.texts_in_all])
def test_only_limits_of_a_day_have_a_bucket(make: Callable[[], limits.CountedLimit]) -> None:
    assert make().cost == timedelta(0)
