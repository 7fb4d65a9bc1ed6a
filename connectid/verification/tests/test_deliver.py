"""The job that hands a code to the provider: contract 5.3, 5.12, E-71."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from connectid.core import clock
from connectid.providers.errors import Unavailable
from connectid.sandbox import inbox
from connectid.verification import delivery, messages, tasks
from connectid.verification.models import Challenge
from connectid.verification.tests.acts import AT, EMAIL, NUMBER, after, challenge, code, is_right, send

pytestmark = pytest.mark.django_db

REJECTED, UNAVAILABLE = "+255712340191", "+255712340192"


def deliver(address: str = NUMBER, *, minutes: float = 0) -> None:
    delivery.deliver(challenge_id=challenge(address=address).pk, at=after(minutes=minutes))


def arrived(address: str = NUMBER) -> list[str]:
    return [message.text for message in inbox.messages(to=address)]


def test_the_text() -> None:
    """Contract 5.3."""
    send()
    deliver()
    assert arrived() == [f"Your verification token from commcare connect is {code()}"]


def test_the_mail() -> None:
    """Contract 5.12."""
    send(address=EMAIL, lifetime=timedelta(minutes=30))
    deliver(EMAIL)
    (mail,) = inbox.messages(to=EMAIL)
    assert mail.subject == "Your PersonalID verification code"
    assert code(address=EMAIL) in mail.text
    assert "30 minutes" in mail.text


@given(st.integers(0, 999_999))
def test_the_app_finds_the_code_as_the_one_word_of_six_digits(number: int) -> None:
    r"""Contract 5.3, rule 19 of section 17: the app reads ``\b\d{6}\b``."""
    written = f"{number:06d}"
    assert re.findall(r"\b\d{6}\b", messages.text(written, purpose="enroll_phone")) == [written]


@given(st.integers(0, 999_999), st.integers(1, 100_000))
def test_a_mail_has_one_word_of_six_digits_too(number: int, seconds: int) -> None:
    written = f"{number:06d}"
    mail = messages.email(written, left=timedelta(seconds=seconds))
    assert re.findall(r"\b\d{6}\b", mail) == [written]
    assert re.search(r"\b[1-9]\d* minutes?\b", mail)


def test_the_job_delivers() -> None:
    with clock.frozen(AT):
        send()
        tasks.send_challenge.call(challenge().pk)
    assert len(arrived()) == 1


def test_what_the_provider_took_over_is_not_sent_again() -> None:
    send()
    deliver()
    deliver()
    assert len(arrived()) == 1
    held = challenge()
    assert (held.delivered_sends, held.delivered_at, held.provider_id) == (1, AT, str(inbox.messages()[0].pk))


def test_a_resend_is_delivered() -> None:
    send()
    deliver()
    send(after(minutes=2))
    deliver(minutes=2)
    assert len(arrived()) == 2
    assert len(set(arrived())) == 1


def test_sends_that_wait_together_are_one_message() -> None:
    send()
    send(after(minutes=2))
    deliver(minutes=2)
    deliver(minutes=2)
    assert len(arrived()) == 1


def test_every_send_has_an_idempotency_key_of_its_own() -> None:
    for minutes in (0, 2, 20):
        send(after(minutes=minutes))
        deliver(minutes=minutes)
    keys = {message.payload["idempotency_key"] for message in inbox.messages()}
    assert len(keys) == 3


def test_a_dead_code_is_not_sent() -> None:
    send()
    deliver(minutes=10)
    assert is_right(code())
    deliver()
    delivery.deliver(challenge_id=0, at=AT)
    assert arrived() == []


def test_an_outage_is_for_the_job_to_retry() -> None:
    send(address=UNAVAILABLE)
    with pytest.raises(Unavailable):
        deliver(UNAVAILABLE)
    assert challenge(address=UNAVAILABLE).delivered_sends == 0


def test_a_rejection_is_recorded_and_not_retried() -> None:
    send(address=REJECTED)
    deliver(REJECTED)
    held = challenge(address=REJECTED)
    assert held.rejection == "the sandbox refuses this range of numbers"
    assert held.delivered_sends == held.sends
    send(after(minutes=2), address=REJECTED)
    assert challenge(address=REJECTED).delivered_sends < challenge(address=REJECTED).sends


def test_a_code_that_took_the_place_of_another_meanwhile_is_still_to_be_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send()
    hand_over = delivery._hand_over

    def slowly(held: Challenge, at: object) -> str:
        is_right(code())
        send(after(minutes=1))
        return hand_over(held, AT)

    monkeypatch.setattr(delivery, "_hand_over", slowly)
    deliver()
    monkeypatch.undo()
    deliver(minutes=1)
    assert len(arrived()) == 2
    assert arrived()[0].endswith(code())


def test_statements(
    django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    send()
    monkeypatch.setattr(delivery, "_hand_over", lambda _challenge, _at: "id")
    with django_assert_num_queries(3):  # one is the test's own
        deliver()
