"""The same from many connections at once, on PostgreSQL: guessing and SMS pumping, E-26."""

from functools import partial

import pytest
from pytest_django import Settings

from connectid.testing.at_once import at_once
from connectid.verification import codes, limits
from connectid.verification.models import Challenge, Counter
from connectid.verification.tests.acts import (
    EMAIL,
    NUMBER,
    after,
    challenge,
    code,
    is_right,
    neighbour,
    number,
    send,
    wrong,
)

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

by_sixteen = partial(at_once, threads=16)
"""Many calls from sixteen threads, each with a connection of its own."""


def test_of_64_checks_at_once_five_are_evaluated(compared: list[str]) -> None:
    send()
    typed = wrong(code())
    assert not any(by_sixteen(*[partial(is_right, typed)] * 64))
    assert len(compared) == limits.CHECKS_PER_CODE
    assert challenge().attempts == limits.CHECKS_PER_CODE


def test_of_64_checks_at_once_over_16_sessions_ten_are_evaluated(compared: list[str]) -> None:
    for index in range(16):
        Challenge.objects.create(
            address=NUMBER,
            transport="sms",
            purpose="enroll",
            scope=f"session:{index}",
            nonce=codes.new_nonce(),
            key_id="gone",
            created_at=after(),
            expires_at=after(minutes=10),
        )
    by_sixteen(*(partial(is_right, "x", scope=f"session:{index % 16}") for index in range(64)))
    assert len(compared) == limits.CHECKS_PER_ADDRESS.a_day


@pytest.mark.parametrize("address", [NUMBER, EMAIL])
def test_of_16_right_codes_at_once_one_wins(address: str) -> None:
    send(address=address)
    right = code(address=address)
    assert sum(by_sixteen(*[partial(is_right, right, address=address)] * 16)) == 1


def test_of_32_resends_at_once_one_is_accepted() -> None:
    send()
    sendings = by_sixteen(*[partial(send, after(minutes=2))] * 32)
    assert sum(sending.accepted for sending in sendings) == 1
    assert challenge().sends == 2


def test_of_32_sessions_that_send_at_once_to_one_number_one_is_accepted() -> None:
    sendings = by_sixteen(*(partial(send, scope=f"session:{index}") for index in range(32)))
    assert sum(sending.accepted for sending in sendings) == 1
    # Those that were refused took nothing from the wider limits either.
    assert set(Counter.objects.exclude(name="scope").values_list("in_hour", flat=True)) == {1}


def test_the_first_sends_of_a_challenge_at_once_make_one_row() -> None:
    sendings = by_sixteen(*[partial(send, address=EMAIL)] * 32)
    assert sum(sending.accepted for sending in sendings) == 1
    assert Challenge.objects.count() == 1


def test_a_prefix_gets_no_more_than_its_texts() -> None:
    sendings = by_sixteen(
        *(partial(send, address=neighbour(index), scope=f"session:{index}") for index in range(64))
    )
    assert sum(sending.accepted for sending in sendings) == limits.TEXTS_PER_PREFIX.an_hour


def test_neither_a_country_nor_all_get_more_than_their_texts(settings: Settings) -> None:
    settings.SMS_COUNTRY_HOURLY, settings.SMS_GLOBAL_HOURLY = 30, 40
    numbers = [number(index) if index % 2 else f"+25470{index:04d}000" for index in range(128)]
    sendings = by_sixteen(*(partial(send, address=to, scope=to) for to in numbers))
    assert sum(sending.accepted for sending in sendings) == 40
    assert Counter.objects.get(name="all").in_hour == 40
    assert max(Counter.objects.filter(name="country").values_list("in_hour", flat=True)) <= 30


def test_sends_and_checks_of_the_same_numbers_at_once_do_not_deadlock() -> None:
    for index in range(4):
        send(address=neighbour(index), scope="session:1")
    right = [code(address=neighbour(index)) for index in range(4)]

    def act(index: int) -> bool:
        address = neighbour(index % 4)
        if index % 3:
            return is_right(right[index % 4], after(minutes=3), address=address)
        return send(after(minutes=3), address=address, scope=f"session:{index}").accepted

    done = by_sixteen(*(partial(act, index) for index in range(96)))
    assert sum(done) == 8  # each number's code once, and one text to each
