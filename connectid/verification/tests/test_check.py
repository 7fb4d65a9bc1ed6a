"""Checking: single use, counting, and what is told of a refusal. Contract 5.4, E-20, E-49."""

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, Settings

from connectid.core import keyring
from connectid.core.errors import Kind
from connectid.verification import codes, operations
from connectid.verification.models import Challenge
from connectid.verification.tests.acts import (
    AT,
    EMAIL,
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


def test_the_code_is_right_once() -> None:
    send()
    assert is_right(code())
    assert not is_right(code())
    assert challenge().used_at == AT


@pytest.mark.parametrize("written", ["{}\n", " {} ", "\t{}"])
def test_blanks_around_a_code_are_forgiven(written: str) -> None:
    """Contract 5.13: the code is trimmed."""
    send()
    assert is_right(written.format(code()))


@pytest.mark.parametrize("nonsense", ["", "0", "12345678901234567890", "१२३४५६", "\ud800", "\x00"])
def test_nonsense_is_a_wrong_code(nonsense: str) -> None:
    send()
    assert not is_right(nonsense)


def test_a_code_is_for_its_address_scope_and_purpose() -> None:
    send()
    right = code()
    assert not is_right(right, address=number(1))
    assert not is_right(right, scope="session:2")
    assert not is_right(right, purpose="payment")
    assert is_right(right)


def test_a_code_expires() -> None:
    send()
    assert not is_right(code(), after(minutes=10))
    assert is_right(code(), after(minutes=10, seconds=-1))


def test_checking_before_sending_is_a_wrong_code() -> None:
    """E-49: not a 500."""
    assert not is_right("123456")


def test_the_sixth_check_of_a_code_is_refused_whatever_it_is(compared: list[str]) -> None:
    """E-20."""
    send()
    right = code()
    for _ in range(5):
        assert not is_right(wrong(right))
    assert not is_right(right)
    assert len(compared) == 5


def test_a_number_has_ten_checks_a_day_over_all_sessions(compared: list[str]) -> None:
    """Guessing across sessions: a thousand guesses over 200 sessions, at most ten are evaluated."""
    for index in range(200):
        scope = f"session:{index}"
        # As an attacker would like it: every session has a live code, whatever the limits on sends say.
        Challenge.objects.create(
            address=NUMBER,
            transport="sms",
            purpose="enroll",
            scope=scope,
            nonce=codes.new_nonce(),
            key_id="test",
            created_at=AT,
            expires_at=after(minutes=10),
        )
        for guess in range(5):
            is_right(f"{guess:06d}", after(seconds=index), scope=scope)
    assert len(compared) <= 10


def test_one_check_comes_back_every_tenth_of_a_day(compared: list[str]) -> None:
    for _ in range(11):
        is_right("000000")
    send(after(hours=2.4, seconds=-1))
    right = code()
    assert not is_right(right, after(hours=2.4, seconds=-1))
    assert is_right(right, after(hours=2.4))
    assert len(compared) == 1


def test_a_resend_a_new_code_or_a_new_session_gives_no_check_back() -> None:
    """NIST 800-63B-4, 3.1.3.2: a new code shall not reset the count of failures."""
    send()
    for _ in range(5):
        assert not is_right("x")
    send(after(minutes=2))
    for _ in range(4):
        assert not is_right("x", after(minutes=2))
    send(after(minutes=3), scope="session:2")
    assert not is_right("x", after(minutes=3), scope="session:2")
    assert not is_right(code(scope="session:2"), after(minutes=3), scope="session:2")


def test_a_right_code_takes_no_check_and_forgives_none() -> None:
    for _ in range(9):
        assert not is_right("x")
    for index in range(3):
        send(after(minutes=index), scope=f"session:{index}")
        assert is_right(code(scope=f"session:{index}"), after(minutes=index), scope=f"session:{index}")
    assert not is_right("x", after(minutes=3))
    send(after(minutes=4), scope="session:9")
    assert not is_right(code(scope="session:9"), after(minutes=4), scope="session:9")


def test_spellings_of_an_email_address_share_its_checks() -> None:
    for _ in range(10):
        assert not is_right("x", address=EMAIL.upper())
    send(address=EMAIL)
    assert not is_right(code(address=EMAIL), address=EMAIL)


def test_every_refusal_is_the_same() -> None:
    """Contract 5.4: 401 INCORRECT_OTP, and no word on why or until when."""
    send()
    right = code()
    answers = [
        operations.check(address=NUMBER, purpose="enroll", scope=scope, code="x", at=AT)
        for scope in (*[SCOPE] * 6, "session:2", *[SCOPE] * 5)
    ]
    answers.append(operations.check(address=NUMBER, purpose="enroll", scope=SCOPE, code=right, at=AT))
    told = {
        (type(answer), answer and answer.code, answer and answer.kind, answer and answer.retry_after)
        for answer in answers
    }
    assert {entry[1:] for entry in told} == {("INCORRECT_OTP", Kind.UNAUTHENTICATED, None)}
    assert len(told) == 1


def test_a_refusal_is_returned_so_that_its_count_is_committed() -> None:
    send()
    with transaction.atomic():
        refusal = operations.check(address=NUMBER, purpose="enroll", scope=SCOPE, code="x", at=AT)
    assert refusal is not None
    assert challenge().attempts == 1


def test_a_code_whose_key_is_gone_is_a_wrong_code(settings: Settings) -> None:
    send()
    settings.SECRET_HASH_KEYS = keyring.parse("other:" + "A" * 43 + "=")
    assert not is_right("123456")


def test_a_code_survives_a_rotation_of_keys(settings: Settings) -> None:
    send()
    right = code()
    old = settings.SECRET_HASH_KEYS
    settings.SECRET_HASH_KEYS = keyring.KeyRing([keyring.Key("new", b"n" * 32), *old])
    assert is_right(right)


@pytest.mark.parametrize("bystanders", [0, 40])
def test_statements(bystanders: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Two for a wrong code and as many where there is none, one without a try left, four for a right code."""
    for index in range(bystanders):
        send(address=number(index), scope=f"session:{index}")
    send()
    right = code()

    def check(code: str, scope: str = SCOPE) -> bool:
        return operations.check(address=NUMBER, purpose="enroll", scope=scope, code=code, at=AT) is None

    with django_assert_num_queries(2):
        assert not check(wrong(right))
    with django_assert_num_queries(2):
        assert not check(right, "session:none")
    with django_assert_num_queries(4):
        assert check(right)
    for _ in range(8):
        with django_assert_num_queries(2):
            assert not check(right)
    with django_assert_num_queries(1):
        assert not check(right)
