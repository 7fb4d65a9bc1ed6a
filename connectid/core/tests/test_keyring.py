import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectid.core import keyring
from connectid.core.keyring import Key, KeyRing, KeyRingError, UnknownKey

A, B = base64.b64encode(b"a" * 32).decode(), base64.b64encode(b"b" * 64).decode()

ids = st.text("ABCxyz019._-", min_size=1, max_size=16)


def test_the_first_key_is_current() -> None:
    ring = keyring.parse(f"2026b:{B},2026a:{A}")
    assert ring.current == Key("2026b", b"b" * 64)
    assert [key.id for key in ring] == ["2026b", "2026a"]
    assert len(ring) == 2
    assert ring["2026a"].material == b"a" * 32
    assert ring.find("2026a") is ring["2026a"]


@given(st.dictionaries(ids, st.binary(min_size=32, max_size=64), min_size=1, max_size=5), st.booleans())
def test_what_is_written_is_read(keys: dict[str, bytes], urlsafe: bool) -> None:
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    written = " , ".join(f"{name}:{encode(material).decode()}" for name, material in keys.items())
    if len(set(keys.values())) < len(keys):
        with pytest.raises(KeyRingError, match="same key"):
            keyring.parse(written)
    else:
        assert {key.id: key.material for key in keyring.parse(written)} == keys


def test_padding_is_optional() -> None:
    assert keyring.parse(f"k:{A.rstrip('=')}").current.material == b"a" * 32


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "at least one key"),
        ("   ", "at least one key"),
        (A, "id:base64"),
        (f":{A}", "id:base64"),
        (f"with space:{A}", "id:base64"),
        (f"dollar$:{A}", "id:base64"),
        (f"{'x' * 17}:{A}", "1 to 16"),
        ("k:", "0 bytes"),
        ("k:!!!!", "not base64"),
        ("k:\u20ac", "not base64"),
        ("k:YWJj", "3 bytes, where 32 to 64 are needed"),
        (f"k:{base64.b64encode(b'x' * 65).decode()}", "65 bytes"),
        (f"k:{A},", "stray comma"),
        (f"k:{A},k:{B}", "id appears twice"),
        (f"k:{A},l:{A}", "same key appears twice"),
    ],
)
def test_faults_come_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(KeyRingError, match=hint):
        keyring.parse(text)


def test_all_faults_are_told_at_once_and_no_key_is() -> None:
    with pytest.raises(KeyRingError) as refused:
        keyring.parse(f"{A},short:YWJj,bad:%%,,twice:{A},twice:{B}")
    message = str(refused.value)
    assert [f"key {position}" in message for position in range(1, 7)] == [True, True, True, True, False, True]
    assert A not in message
    assert B not in message
    assert "YWJj" not in message


@given(st.text())
def test_no_text_is_a_fault(text: str) -> None:
    with suppress(KeyRingError):
        keyring.parse(text)


def test_an_absent_key_is_named() -> None:
    ring = keyring.parse(f"k:{A}")
    assert ring.find("gone") is None
    with pytest.raises(UnknownKey, match="'gone'") as unknown:
        ring["gone"]
    assert unknown.value.key_id == "gone"


def test_a_ring_is_never_empty_nor_ambiguous() -> None:
    with pytest.raises(KeyRingError):
        KeyRing([])
    with pytest.raises(KeyRingError):
        KeyRing([Key("k", b"a" * 32), Key("k", b"b" * 32)])


def test_reprs_hold_no_key() -> None:
    ring = keyring.parse(f"k:{A}")
    assert repr(ring) == "KeyRing(k)"
    assert repr(ring.current) == "Key('k')"


def test_generated_rings_parse_and_differ() -> None:
    first, second = keyring.generate("2026c"), keyring.generate("2026c")
    assert first != second
    assert keyring.parse(first).current.id == "2026c"
    with pytest.raises(KeyRingError):
        keyring.generate("2026:c")
