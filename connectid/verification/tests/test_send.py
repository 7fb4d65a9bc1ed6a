"""Sending: the gap between resends, the code they carry, what is not sent, and how many statements it takes."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, Settings

from connectid.core.phone import UnparsablePhoneNumber
from connectid.verification import limits, operations
from connectid.verification.models import Challenge, Counter
from connectid.verification.operations import Sending
from connectid.verification.tests.acts import (
    AT,
    EMAIL,
    LIFETIME,
    NUMBER,
    SCOPE,
    after,
    challenge,
    code,
    is_right,
    number,
    send,
    wrong,
)

pytestmark = pytest.mark.django_db

type Enqueued = Callable[[], list[int]]


def test_a_send_makes_a_challenge_and_enqueues_its_job(enqueued: Enqueued) -> None:
    assert send() == Sending(accepted=True)
    assert enqueued() == [challenge().pk]


def test_what_is_stored_is_not_the_code() -> None:
    """A copy of the database holds nothing that can be typed in."""
    send()
    right = code()
    stored = Challenge.objects.values_list().get()
    assert right not in " ".join(map(str, stored))


@pytest.mark.parametrize("address", [NUMBER, EMAIL])
def test_the_gap_before_each_resend_doubles_to_16_minutes(address: str) -> None:
    """Contract 5.3 and 5.12: 2, 4, 8, 16."""
    at, gaps = AT, []
    assert send(at, address=address).accepted
    for _ in range(4):
        refused = send(at + timedelta(seconds=1), address=address)
        assert not refused.accepted
        assert refused.retry_after is not None
        at += timedelta(seconds=1 + refused.retry_after)
        gaps.append((1 + refused.retry_after) / 60)
        assert not send(at - timedelta(seconds=1), address=address).accepted
        assert send(at, address=address).accepted
    assert gaps == [2, 4, 8, 16]


def test_the_gap_stays_at_16_minutes() -> None:
    send()
    held = challenge()
    held.sends = 9
    assert held.resend_wait(AT) == 16 * 60


def test_a_resend_repeats_the_code_until_five_minutes_before_its_end(enqueued: Enqueued) -> None:
    """Contract 5.3."""
    send(lifetime=timedelta(minutes=11, seconds=1))
    first = code()
    assert send(after(minutes=2)).accepted
    assert send(after(minutes=6)).accepted
    assert code() == first
    assert len(enqueued()) == 3


def test_a_resend_within_five_minutes_of_the_end_brings_a_new_code() -> None:
    """Contract 5.3."""
    send(lifetime=timedelta(minutes=7))
    first = code()
    assert send(after(minutes=2)).accepted
    assert code() != first
    assert challenge().expires_at == after(minutes=12)
    assert not is_right(first, after(minutes=2))


def test_a_resend_that_is_refused_leaves_the_code_that_its_owner_holds() -> None:
    send(lifetime=timedelta(minutes=5))
    first = code()
    assert not send(after(minutes=1)).accepted
    assert is_right(first, after(minutes=1))


def test_a_new_code_does_not_begin_the_gaps_again() -> None:
    send()
    assert send(after(minutes=15)).accepted  # expired: a new code
    assert send(after(minutes=15)).retry_after == 4 * 60


def test_the_gaps_begin_again_after_a_right_code() -> None:
    send()
    assert is_right(code(), after(seconds=30))
    assert send(after(seconds=60)).accepted
    assert send(after(seconds=60)).retry_after == 2 * 60


def test_the_gaps_begin_again_after_a_quiet_day() -> None:
    send()
    send(after(minutes=2))
    assert send(after(days=1, minutes=2)).accepted
    assert send(after(days=1, minutes=2)).retry_after == 2 * 60


def test_a_tried_out_code_is_replaced_by_the_next_send() -> None:
    send()
    first = code()
    for _ in range(limits.CHECKS_PER_CODE):
        assert not is_right(wrong(first))
    assert send(after(minutes=2)).accepted
    assert code() != first
    assert is_right(code(), after(minutes=2))


def test_scopes_and_purposes_have_codes_of_their_own() -> None:
    send()
    send(after(minutes=1), scope="session:2")
    send(after(minutes=2), purpose="payment")
    codes = {code(), code(scope="session:2"), code(purpose="payment")}
    assert len(codes) > 1
    assert Challenge.objects.count() == 3


def test_fictitious_numbers_get_no_text_and_spend_nothing(enqueued: Enqueued) -> None:
    """Contract 5.3: no SMS for +7426."""
    assert send(address="+74260001234") == Sending(accepted=True)
    assert enqueued() == []
    assert Counter.objects.count() == 0
    assert is_right(code(address="+74260001234"), address="+74260001234")


def test_only_listed_countries_get_texts(enqueued: Enqueued, settings: Settings) -> None:
    settings.SMS_COUNTRIES = frozenset({"KE"})
    assert send() == Sending(accepted=False, retry_after=None)
    assert send(address="+254712345678").accepted
    assert enqueued() == [challenge(address="+254712345678").pk]


def test_lines_that_take_no_texts_get_none(enqueued: Enqueued) -> None:
    premium = "+447624400000", "+18003569377"
    refused = [address for address in premium if send(address=address) == Sending(accepted=False)]
    assert refused == ["+18003569377"]  # the other is a mobile of the Isle of Man
    assert len(enqueued()) == 1


def test_support_can_read_a_code_that_could_not_be_texted(settings: Settings) -> None:
    """Contract 7.9 is the way out for whoever gets no text."""
    settings.SMS_COUNTRIES = frozenset({"KE"})
    send()
    assert challenge().is_live(AT)


def test_an_sms_needs_a_number() -> None:
    with pytest.raises(UnparsablePhoneNumber):
        send(address="0712345678")
    assert Challenge.objects.count() == 0


def test_a_send_that_is_rolled_back_has_not_happened(enqueued: Enqueued) -> None:
    with transaction.atomic():
        send()
        transaction.set_rollback(True)
    assert (Challenge.objects.count(), Counter.objects.count(), enqueued()) == (0, 0, [])


@pytest.mark.parametrize("bystanders", [0, 40])
def test_statements(bystanders: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Six; at most seven when a limit refuses. The same for any number of rows."""
    for index in range(bystanders):
        send(after(hours=-1), address=number(index), scope=f"session:{index}x")

    def sent(at: datetime, scope: str = SCOPE) -> bool:
        return operations.send(
            address=NUMBER, transport="sms", purpose="enroll", scope=scope, lifetime=LIFETIME, at=at
        ).accepted

    with transaction.atomic():
        with django_assert_num_queries(6):
            assert sent(AT)
        with django_assert_num_queries(1):  # before the gap ends
            assert not sent(AT)
        with django_assert_num_queries(6):
            assert sent(after(minutes=2))
        with django_assert_num_queries(6):  # a minute too soon for the number
            assert not sent(after(minutes=2), "session:2")
        for index in range(3):
            assert sent(after(minutes=10 + index), f"session:{index + 3}")
        with django_assert_num_queries(7):  # five a day are spent, and the code is dead
            assert not sent(after(minutes=60), "session:2")
