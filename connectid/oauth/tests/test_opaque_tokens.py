"""Tokens in the order in which they are made, and what is stored of them."""

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectid.oauth import opaque_tokens

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
MINUTES = 28 * 365 * 24 * 60
NOON = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)


def test_thirty_letters_and_digits_as_clients_know_them() -> None:
    token = opaque_tokens.new_token(at=NOON)
    assert len(token) == 30
    assert set(token) <= set(string.ascii_letters + string.digits)


def test_those_of_a_minute_begin_alike_and_differ_in_the_rest() -> None:
    tokens = {opaque_tokens.new_token(at=NOON + timedelta(seconds=second)) for second in range(29)}
    assert len({token[opaque_tokens.MINUTE :] for token in tokens}) == 29
    assert {token[: opaque_tokens.MINUTE] for token in tokens} == {opaque_tokens.minute_of(NOON)}


@given(st.integers(0, MINUTES - 1), st.integers(1, 90 * 24 * 60))
def test_later_ones_sort_later_as_stored(minute: int, later: int) -> None:
    moments = [BEGINNING + timedelta(minutes=after) for after in (minute, min(minute + later, MINUTES))]
    stored = [opaque_tokens.checksum(opaque_tokens.new_token(at=at)) for at in moments]
    assert stored == sorted(stored)
    assert {len(text) for text in stored} == {opaque_tokens.CHECKSUM_LENGTH}


@pytest.mark.parametrize("text", ["", "x", "\x00", "é" * 40, "0" * 10_000])
def test_what_is_no_token_has_a_checksum_as_long(text: str) -> None:
    stored = opaque_tokens.checksum(text)
    assert len(stored) == opaque_tokens.CHECKSUM_LENGTH
    assert set(stored) <= set(string.hexdigits)


def test_the_stored_text_does_not_give_the_token_away() -> None:
    token = opaque_tokens.new_token(at=NOON)
    secret = token[opaque_tokens.MINUTE :]
    assert secret not in bytes.fromhex(opaque_tokens.checksum(token)).decode("latin-1")
    other = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    assert opaque_tokens.checksum(token[: opaque_tokens.MINUTE] + other) != opaque_tokens.checksum(token)
