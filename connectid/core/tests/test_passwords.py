from collections.abc import Iterator

import argon2
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, identify_hasher, make_password
from pytest_django import Settings

from connectid.core import passwords, secrets
from connectid.core.passwords import Argon2idPeppered, KeyedBlake2b
from connectid.core.tests.rings import NEW, OLD, ROTATED, SAME_ID_OTHER_KEY

pytestmark = pytest.mark.usefixtures("full_hash_cost")


@pytest.fixture(autouse=True)
def _old_ring(settings: Settings) -> None:
    settings.SECRET_HASH_KEYS = OLD
    settings.PASSWORD_HASHERS = [
        "connectid.core.passwords.Argon2idPeppered",
        "connectid.core.passwords.KeyedBlake2b",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]


@pytest.fixture
def cheaper_before() -> Iterator[str]:
    """A hash made when hashing cost less than today."""
    cost = Argon2idPeppered.memory_cost
    Argon2idPeppered.memory_cost = 1024
    yield passwords.hash_memorised("123456")
    Argon2idPeppered.memory_cost = cost


def test_a_backup_code_verifies_and_is_kept() -> None:
    stored = passwords.hash_memorised("123456")
    assert stored.startswith("argon2id_peppered$2026a$argon2id$v=19$m=19456,t=2,p=1$")
    assert len(stored) <= passwords.HASH_LENGTH
    assert passwords.verify_memorised("123456", stored) == (True, None)
    assert passwords.verify_memorised("123457", stored) == (False, None)
    assert passwords.verify_memorised("", stored) == (False, None)


def test_equal_codes_have_unequal_hashes() -> None:
    assert passwords.hash_memorised("123456") != passwords.hash_memorised("123456")


def test_rotation_old_key_verifies_new_key_rewrites(settings: Settings) -> None:
    stored = passwords.hash_memorised("123456")
    settings.SECRET_HASH_KEYS = ROTATED
    assert passwords.verify_memorised("wrong", stored) == (False, None)
    verified, replacement = passwords.verify_memorised("123456", stored)
    assert verified
    assert replacement is not None
    assert replacement.startswith("argon2id_peppered$2026b$")
    settings.SECRET_HASH_KEYS = NEW
    assert passwords.verify_memorised("123456", replacement) == (True, None)
    assert passwords.verify_memorised("123456", stored) == (False, None)


def test_without_the_pepper_nothing_verifies(settings: Settings) -> None:
    stored = passwords.hash_memorised("123456")
    settings.SECRET_HASH_KEYS = SAME_ID_OTHER_KEY
    assert passwords.verify_memorised("123456", stored) == (False, None)


def test_a_cheaper_hash_is_replaced(cheaper_before: str) -> None:
    Argon2idPeppered.memory_cost = 2048
    verified, replacement = passwords.verify_memorised("123456", cheaper_before)
    assert verified
    assert replacement is not None
    assert "m=2048," in replacement


def test_imported_hashes_verify_once_and_are_upgraded() -> None:
    """Contract 17b: hashes of the former server, Django's PBKDF2 at its own cost."""
    imported = PBKDF2PasswordHasher().encode("123456", "salt", 1000)
    assert passwords.verify_memorised("654321", imported) == (False, None)
    verified, replacement = passwords.verify_memorised("123456", imported)
    assert verified
    assert replacement is not None
    assert replacement.startswith("argon2id_peppered$2026a$")
    assert passwords.verify_memorised("123456", replacement) == (True, None)


def test_imported_device_passwords_can_move_to_a_digest() -> None:
    """Contract 3 A1: the device sends what the former server made for it."""
    imported = PBKDF2PasswordHasher().encode("f" * 64, "salt", 1000)
    assert passwords.verify_imported("f" * 64, imported)
    assert not passwords.verify_imported("e" * 64, imported)
    assert not passwords.verify_imported("f" * 64, "argon2id_peppered$x$y")


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "!",
        "!unusable",
        "123456",
        "md5$salt$e10adc3949ba59abbe56e057f20f883e",
        "argon2id_peppered$",
        "argon2id_peppered$2026a",
        "argon2id_peppered$2026a$argon2id$v=19$m=19456,t=2,p=1$bad",
        "argon2id_peppered$gone$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA",
        "pbkdf2_sha256$",
        "pbkdf2_sha256$many$salt$hash",
    ],
)
def test_what_is_no_hash_verifies_nothing_and_is_no_fault(stored: str) -> None:
    assert passwords.verify_memorised("123456", stored) == (False, None)


def test_unknown_accounts_cost_what_known_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same hasher at the same cost, or the time of an answer would tell who exists."""
    costs: list[int] = []
    hash_secret = argon2.low_level.hash_secret

    def counted(*args: object, **kwargs: object) -> bytes:
        costs.append(kwargs["memory_cost"] * kwargs["time_cost"])  # type: ignore[operator]
        return hash_secret(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(passwords, "hash_secret", counted)
    passwords.dummy_verify("123456")
    passwords.verify_memorised("123456", "!")
    assert costs == [2 * 19_456, 2 * 19_456]


def test_staff_passwords_go_through_django() -> None:
    stored = make_password("correct horse")
    assert isinstance(identify_hasher(stored), Argon2idPeppered)
    assert check_password("correct horse", stored)
    assert not check_password("battery staple", stored)


def test_django_rewrites_staff_passwords_after_a_rotation(settings: Settings) -> None:
    stored, rewritten = make_password("correct horse"), list[str]()
    settings.SECRET_HASH_KEYS = ROTATED
    assert check_password("correct horse", stored, setter=rewritten.append)
    assert rewritten == ["correct horse"]


def test_long_and_odd_passwords_are_hashed_whole() -> None:
    long = "\ud800\x00é" * 2000
    assert check_password(long, make_password(long))
    assert not check_password(long[:-1], make_password(long))


def test_client_secrets_are_digested_not_stretched(settings: Settings) -> None:
    """As django-oauth-toolkit uses it: CLIENT_SECRET_HASHER = "blake2b_keyed"."""
    stored = make_password("s" * 128, hasher="blake2b_keyed")
    assert isinstance(identify_hasher(stored), KeyedBlake2b)
    assert stored.startswith("blake2b_keyed$2026a$")
    assert check_password("s" * 128, stored, preferred="blake2b_keyed")
    assert not check_password("s" * 127, stored, preferred="blake2b_keyed")
    settings.SECRET_HASH_KEYS = ROTATED
    assert KeyedBlake2b().must_update(stored)
    assert check_password("s" * 128, stored, preferred="blake2b_keyed")
    settings.SECRET_HASH_KEYS = NEW
    assert not check_password("s" * 128, stored, preferred="blake2b_keyed")


def test_client_secrets_are_no_other_secrets() -> None:
    digest = secrets.digest("s" * 64, purpose="device")
    assert not check_password("s" * 64, f"blake2b_keyed${digest}", preferred="blake2b_keyed")


@pytest.mark.parametrize("hasher", [Argon2idPeppered(), KeyedBlake2b()])
def test_the_admin_shows_no_hash(hasher: Argon2idPeppered | KeyedBlake2b) -> None:
    stored = hasher.encode("correct horse", hasher.salt())
    summary = hasher.safe_summary(stored)
    assert summary["key"] == "2026a"
    assert stored.rsplit("$", 1)[1] not in summary.values()
