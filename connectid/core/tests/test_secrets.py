import re
import string
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from connectid.core import secrets
from connectid.core.keyring import UnknownKey
from connectid.core.tests.rings import NEW, OLD, ROTATED, SAME_ID_OTHER_KEY

purposes = st.sampled_from(["device", "session", "challenge", "sixteen chars ok"])


@pytest.fixture(autouse=True)
def _old_ring(settings: Settings) -> None:
    settings.SECRET_HASH_KEYS = OLD


def test_tokens_are_random_and_long_enough() -> None:
    """Contract 5.1 and 5.6: session tokens and device passwords are 64 hexadecimal characters."""
    assert re.fullmatch(r"[0-9a-f]{64}", secrets.new_token())
    assert re.fullmatch(r"[0-9a-f]{32}", secrets.new_token(16))
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secrets.new_urlsafe_token())
    assert re.fullmatch(r"[0-9a-f]{20}", secrets.new_identifier(10))
    assert len({secrets.new_token(16) for _ in range(100)}) == 100


@pytest.mark.parametrize("make", [secrets.new_token, secrets.new_urlsafe_token])
def test_short_secrets_are_not_made(make: type[str]) -> None:
    with pytest.raises(ValueError, match="16"):
        make(15)


@given(st.text(), purposes)
def test_a_secret_matches_its_digest_and_nothing_of_it_is_in_there(secret: str, purpose: str) -> None:
    stored = secrets.digest(secret, purpose=purpose)
    assert re.fullmatch(r"2026a\$[0-9a-f]{64}", stored)
    assert len(stored) <= secrets.DIGEST_LENGTH
    assert stored == secrets.digest(secret, purpose=purpose)
    assert secrets.matches(secret, stored, purpose=purpose)
    assert not secrets.matches(secret + "x", stored, purpose=purpose)


def test_purposes_keep_equal_secrets_apart() -> None:
    made = {
        secrets.digest("s" * 32, purpose=purpose) for purpose in ("device", "session", "devic", "device ")
    }
    assert len(made) == 4
    stored = secrets.digest("s" * 32, purpose="device")
    assert not secrets.matches("s" * 32, stored, purpose="session")


@pytest.mark.parametrize("purpose", ["", "seventeen letters", "nœud"])
def test_purposes_are_short_ascii(purpose: str) -> None:
    with pytest.raises(ValueError, match=r"purpose|ascii"):
        secrets.digest("s", purpose=purpose)


@pytest.mark.parametrize(
    "stored", ["", "$", "2026a", "2026a$", "$" + "0" * 64, "2026a$\u2022", "gone$" + "0" * 64]
)
def test_what_is_no_digest_matches_nothing(stored: str) -> None:
    assert not secrets.matches("s", stored, purpose="device")


def test_lone_surrogates_are_no_fault() -> None:
    assert secrets.matches("\ud800", secrets.digest("\ud800", purpose="device"), purpose="device")


def test_rotation_old_key_verifies_new_key_rewrites(settings: Settings) -> None:
    old = secrets.digest("s" * 32, purpose="device")
    assert not secrets.needs_rewrite(old)

    settings.SECRET_HASH_KEYS = ROTATED
    assert secrets.matches("s" * 32, old, purpose="device")
    assert secrets.needs_rewrite(old)
    rewritten = secrets.digest("s" * 32, purpose="device")
    assert secrets.digests("s" * 32, purpose="device") == [rewritten, old]
    assert not secrets.needs_rewrite(rewritten)

    settings.SECRET_HASH_KEYS = NEW
    assert secrets.matches("s" * 32, rewritten, purpose="device")
    assert not secrets.matches("s" * 32, old, purpose="device")


def test_another_key_under_the_same_id_matches_nothing(settings: Settings) -> None:
    stored = secrets.digest("s" * 32, purpose="device")
    settings.SECRET_HASH_KEYS = SAME_ID_OTHER_KEY
    assert not secrets.matches("s" * 32, stored, purpose="device")


@given(st.text("0123456789abcdef", min_size=32, max_size=32), st.integers(1, 12))
def test_codes_are_digits_and_repeatable(nonce: str, digits: int) -> None:
    code = secrets.derive_code(purpose="sms", nonce=nonce, key_id="2026a", digits=digits)
    assert re.fullmatch(rf"[0-9]{{{digits}}}", code)
    assert code == secrets.derive_code(purpose="sms", nonce=nonce, key_id="2026a", digits=digits)


def test_codes_differ_by_nonce_purpose_digits_and_key(settings: Settings) -> None:
    settings.SECRET_HASH_KEYS = ROTATED
    base = {"purpose": "sms", "nonce": "n" * 32, "key_id": "2026a"}
    codes = [
        secrets.derive_code(digits=12, **{**base, **change})
        for change in ({}, {"nonce": "m" * 32}, {"purpose": "email"}, {"key_id": "2026b"})
    ]
    assert all(one != other for one, other in combinations(codes, 2))
    assert secrets.derive_code(digits=11, **base) not in codes[0]


def test_codes_survive_a_rotation_and_name_a_lost_key(settings: Settings) -> None:
    key_id = secrets.current_key_id()
    code = secrets.derive_code(purpose="sms", nonce="n" * 32, key_id=key_id)
    settings.SECRET_HASH_KEYS = ROTATED
    assert secrets.derive_code(purpose="sms", nonce="n" * 32, key_id=key_id) == code
    settings.SECRET_HASH_KEYS = NEW
    with pytest.raises(UnknownKey, match="2026a"):
        secrets.derive_code(purpose="sms", nonce="n" * 32, key_id=key_id)


def test_every_digit_is_equally_likely_in_every_place() -> None:
    codes = [secrets.derive_code(purpose="sms", nonce=f"{i:032x}", key_id="2026a") for i in range(20_000)]
    for place in range(6):
        counts = Counter(code[place] for code in codes)
        # 2,000 expected of each; the sum of squares is chi-square with 9 degrees of freedom, 40 is beyond 1 in 100,000.
        assert sum((counts[digit] - 2000) ** 2 / 2000 for digit in "0123456789") < 40


def test_alphanumeric_tokens_favour_no_character() -> None:
    tokens = [secrets.new_alphanumeric_token(30) for _ in range(4_000)]
    assert {len(token) for token in tokens} == {30}
    counted = Counter("".join(tokens))
    assert set(counted) == set(string.ascii_letters + string.digits)
    expected = 4_000 * 30 / 62
    assert all(
        abs(count - expected) < 0.2 * expected for count in counted.values()
    )  # nine standard deviations
    assert len(set(tokens)) == len(tokens)


def test_an_alphanumeric_token_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        secrets.new_alphanumeric_token(21)
    assert len(secrets.new_alphanumeric_token(22)) == 22
