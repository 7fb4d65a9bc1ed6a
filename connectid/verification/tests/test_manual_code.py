"""Support reads a code out: contract 7.9, E-75."""

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from connectid.core import keyring
from connectid.verification import operations
from connectid.verification.tests.acts import AT, NUMBER, after, challenge, code, is_right, send

pytestmark = pytest.mark.django_db

FOUR_HOURS = after(hours=4)


def manual(scope: str | None = None, *, minutes: float = 1) -> str | None:
    return operations.manual_code(
        address=NUMBER, purpose="enroll", scope=scope, at=after(minutes=minutes), valid_until=FOUR_HOURS
    )


def test_it_is_the_code_that_was_sent_and_now_lasts() -> None:
    send()
    assert manual() == code()
    assert challenge().made_manual_at == after(minutes=1)
    assert is_right(code(), after(hours=4, seconds=-1))


def test_it_is_not_shortened() -> None:
    send()
    operations.manual_code(address=NUMBER, purpose="enroll", at=AT, valid_until=AT)
    assert challenge().expires_at == after(minutes=10)


def test_a_resend_repeats_it() -> None:
    send()
    first = manual()
    assert send(after(minutes=20)).accepted
    assert code() == first


def test_the_one_made_last_is_read_unless_a_scope_is_named() -> None:
    send()
    send(after(minutes=1), scope="session:2")
    assert manual() == code(scope="session:2")
    assert manual("session:1") == code()
    assert manual("session:3") is None


def test_nobody_asked_for_one() -> None:
    assert manual() is None


def test_a_used_code_is_not_read_out() -> None:
    """E-75: the reference answers null."""
    send()
    assert is_right(code())
    assert manual() is None


def test_an_expired_code_is_not_read_out() -> None:
    send()
    assert manual(minutes=10) is None


def test_a_tried_out_code_is_not_read_out() -> None:
    send()
    for _ in range(5):
        is_right("x")
    assert manual() is None


def test_a_code_whose_key_is_gone_is_not_read_out(settings: Settings) -> None:
    send()
    settings.SECRET_HASH_KEYS = keyring.parse("other:" + "A" * 43 + "=")
    assert manual() is None


def test_a_new_code_is_not_manual_any_more() -> None:
    send()
    manual()
    assert is_right(code())
    send(after(minutes=2))
    assert challenge().made_manual_at is None


def test_statements(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    send()
    with django_assert_num_queries(2):
        assert manual()
    with django_assert_num_queries(1):
        assert not manual("session:9")
