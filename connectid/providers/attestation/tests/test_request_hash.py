"""The request hash of contract 5.1 (E-40): the text Android's org.json makes of what Gson sent."""

import base64
import hashlib
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectid.providers.attestation.request_hash import org_json, request_hash, same_hash

texts = st.text(st.characters(codec="utf-8"))
bodies = st.dictionaries(texts, texts)


def gson(body: dict[str, str]) -> str:
    """Print a map of texts as Gson does with its defaults, which is what the phone puts on the wire."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&='\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", '""'),
        ("org.commcare.dalvik", '"org.commcare.dalvik"'),
        ("a/b", '"a\\/b"'),
        ("</script>", '"<\\/script>"'),
        ('say "x"', '"say \\"x\\""'),
        ("back\\slash", '"back\\\\slash"'),
        ("\t\b\n\r\f", '"\\t\\b\\n\\r\\f"'),
        ("\0\x01\x0b\x1b\x1f", '"\\u0000\\u0001\\u000b\\u001b\\u001f"'),
        (" \x7f\x80", '" \x7f\x80"'),
        ("'&<>=", '"\'&<>="'),
        ("\u2028\u2029", '"\u2028\u2029"'),
        ("Ñandú 你好 😀", '"Ñandú 你好 😀"'),
        (True, "true"),
        (False, "false"),
        (None, "null"),
        (0, "0"),
        (-17, "-17"),
        (2**63 - 1, "9223372036854775807"),
        (2**63, '"9223372036854775808"'),
        (1.0, "1"),
        (-0.0, "-0"),
        (12.5, "12.5"),
        (0.001, "0.001"),
        (0.00025, "2.5E-4"),
        (-1.5e-7, "-1.5E-7"),
        (1e-10, "1.0E-10"),
        (1234567.25, "1234567.25"),
        (12345678.25, "1.234567825E7"),
        (1e15, "1000000000000000"),
        (1e18, "1000000000000000000"),
        (9.3e18, "9.3E18"),
        (1e19, "1.0E19"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
        (float("inf"), "null"),
        (float("nan"), "null"),
        ({}, "{}"),
        ([], "[]"),
        ({"b": [1, "x/y", None, {"a": True}], "a": {}}, '{"b":[1,"x\\/y",null,{"a":true}],"a":{}}'),
        ({"k/\n": ""}, '{"k\\/\\n":""}'),
    ],
)
def test_what_org_json_prints(value: object, text: str) -> None:
    assert org_json(value) == text


def test_a_start_configuration_body() -> None:
    # In the order in which a phone's HashMap gives the keys, which is not alphabetical.
    wire = (
        '{"application_id":"org.commcare.dalvik","gps_location":"14.6937 -17.4441 22.0 12.5",'
        '"phone_number":"+221701234567","cc_device_id":"commcare_1f0c9a1e-7c1e-4f9e-9a43-3b1f5e2c7d10",'
        '"device":"Tecno Spark 8C / KG5k \\u003cA\\u0026B\\u003d\\u0027x\\u0027\\u003e"}'
    )
    hashed = (
        '{"application_id":"org.commcare.dalvik","gps_location":"14.6937 -17.4441 22.0 12.5",'
        '"phone_number":"+221701234567","cc_device_id":"commcare_1f0c9a1e-7c1e-4f9e-9a43-3b1f5e2c7d10",'
        '"device":"Tecno Spark 8C \\/ KG5k <A&B=\'x\'>"}'
    )
    expected = base64.b64encode(hashlib.sha256(hashed.encode()).digest()).decode()
    assert request_hash(json.loads(wire)) == expected
    assert len(expected) == 44


def test_a_fixed_value() -> None:
    # printf '{"request_id":"a\/b","cc_device_id":"x"}' | openssl dgst -sha256 -binary | base64
    assert (
        request_hash({"request_id": "a/b", "cc_device_id": "x"})
        == "8BI5beNHJe0IyDkr4n0lV8pV6taLLlmQrg2cm/VYmG0="
    )


def test_the_order_of_the_keys_counts() -> None:
    assert request_hash({"a": "1", "b": "2"}) != request_hash({"b": "2", "a": "1"})


def test_an_unpaired_surrogate_is_hashed_as_java_does() -> None:
    assert request_hash({"a": "\ud83d!"}) == request_hash({"a": "?!"})


@given(bodies)
def test_the_text_reads_back_as_the_same_body(body: dict[str, str]) -> None:
    text = org_json(body)
    assert list(json.loads(text).items()) == list(body.items())
    assert not re.search(r"(?<!\\)/", text)
    assert not any(ord(character) < 0x20 for character in text)


@given(bodies)
def test_what_gson_sends_gives_the_same_hash_as_what_the_phone_hashed(body: dict[str, str]) -> None:
    assert request_hash(json.loads(gson(body))) == request_hash(body)


@given(bodies, bodies)
def test_different_bodies_have_different_hashes(one: dict[str, str], other: dict[str, str]) -> None:
    same_body = list(one.items()) == list(other.items())
    assert same_hash(request_hash(one), request_hash(other)) == same_body


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


@given(st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_nothing_a_parser_returns_raises(value: Any) -> None:
    assert len(request_hash({"value": value})) == 44


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_reads_back_as_the_same_number(number: float) -> None:
    printed = float(org_json(number))
    # Java prints 2**63 as the largest long, one less; as a double that is the same number again.
    assert printed == number


@given(st.text(), st.text())
def test_hashes_are_compared_by_value(one: str, other: str) -> None:
    assert same_hash(one, one)
    assert same_hash(one, other) == (one.encode("utf-8", "replace") == other.encode("utf-8", "replace"))
