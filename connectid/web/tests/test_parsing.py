"""Bodies: what is read, what is refused, and that refusing is cheap (contract 2.1)."""

import contextlib
import json
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from hypothesis import given
from hypothesis import strategies as st

from connectid.web import parsing

LIMIT = 1000

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_characters="\x00", codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_characters="\x00", codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=20,
)


def request(body: bytes, content_type: str = "application/json") -> WSGIRequest:
    return WSGIRequest(
        {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": content_type,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }
    )


def read(body: bytes, content_type: str = "application/json") -> Any:
    return parsing.read_body(request(body, content_type), limit=LIMIT)


@given(json_values)
def test_any_json_value_is_read_as_it_was_written(value: Any) -> None:
    assert parsing.read_json(json.dumps(value).encode()) == value
    assert parsing.read_json(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_nothing_else(raw: bytes) -> None:
    with contextlib.suppress(parsing.BodyRefused):
        parsing.read_json(raw)


def test_keys_keep_the_order_in_which_they_came() -> None:
    assert list(read(b'{"z":1,"a":2,"m":3}')) == ["z", "a", "m"]


def test_an_empty_body_without_content_type_is_an_empty_object() -> None:
    """Rule 3 of contract 17: send_session_otp is posted like this."""
    assert read(b"", "") == {}


@pytest.mark.parametrize("content_type", [parsing.JSON, parsing.FORM, "text/plain"])
def test_an_empty_body_is_an_empty_object_whatever_its_type(content_type: str) -> None:
    assert read(b"", content_type) == {}


def test_json_with_a_charset_is_read() -> None:
    assert read('{"name":"Zoë"}'.encode(), "application/json; charset=UTF-8") == {"name": "Zoë"}


def test_the_escapes_of_gson_are_read() -> None:
    assert read(rb'{"photo":"data:image\/webp;base64,AA\u003d\u003d"}') == {
        "photo": "data:image/webp;base64,AA=="
    }


def test_a_form_gives_its_last_values() -> None:
    assert read(b"a=1&b=2&a=3", parsing.FORM) == {"a": "3", "b": "2"}


def test_multipart_gives_its_fields() -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
    assert read(body, "multipart/form-data; boundary=x") == {"a": "1"}


@pytest.mark.parametrize("body", [b"{", b'{"a":}', b"\xff\xfe", b"nonsense", b'{"a":1}x', b"1" * 5000])
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    """Contract 2.1: `JSON parse error - ...`."""
    with pytest.raises(parsing.Malformed, match=r"^JSON parse error - "):
        parsing.read_json(body)


def test_the_reason_repeats_nothing_of_the_body() -> None:
    with pytest.raises(parsing.Malformed) as refused:
        parsing.read_json(b'{"phone_number": "+265991234567" oops')
    assert "265" not in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":"\\ud800"}',
        b'{"\\udfff":1}',
        b'{"a":["\\u0000"]}',
        b"[" * 21 + b"]" * 21,
        b'{"a":' * 21 + b"1" + b"}" * 21,
    ],
)
def test_what_nobody_sends_in_good_faith_is_refused(body: bytes) -> None:
    with pytest.raises(parsing.Unacceptable):
        parsing.read_json(body)


def test_twenty_levels_are_enough_for_anybody() -> None:
    assert parsing.read_json(b"[" * 20 + b"]" * 20)


def test_brackets_inside_texts_do_not_count() -> None:
    body = json.dumps({"a": '[[[["{{{{' * 30, "b": "\\"}).encode()
    assert parsing.read_json(body)["b"] == "\\"


@pytest.mark.parametrize("levels", [1_000, 200_000])
def test_deep_nesting_ends_at_the_limit(levels: int) -> None:
    with pytest.raises(parsing.Unacceptable):
        parsing.read_json(b"[" * levels)


def test_a_body_over_the_limit_is_refused_by_its_length_alone() -> None:
    unread = request(b"x" * (LIMIT + 1))
    with pytest.raises(parsing.BodyTooLarge):
        parsing.read_body(unread, limit=LIMIT)
    assert unread.META["wsgi.input"].tell() == 0


def test_another_content_type_is_refused() -> None:
    with pytest.raises(parsing.UnsupportedMediaType, match=r'Unsupported media type "text/csv" in request\.'):
        read(b"a,b", "text/csv")


@pytest.mark.parametrize("body", [b"a=%00", b"%00=a"])
def test_a_nul_in_a_form_is_refused(body: bytes) -> None:
    with pytest.raises(parsing.Unacceptable):
        read(body, parsing.FORM)


def test_too_many_form_fields_are_refused() -> None:
    body = b"&".join(b"f%d=1" % number for number in range(1100))
    with pytest.raises(parsing.Malformed):
        parsing.read_body(request(body, parsing.FORM), limit=100_000)


def test_broken_multipart_is_refused() -> None:
    with pytest.raises(parsing.BodyRefused):
        read(b"--y\r\n", "multipart/form-data; boundary=\xff")


def test_a_body_that_was_cut_off_is_refused() -> None:
    """A form that lost its end would pass for a whole one."""
    cut = request(b"name=Chikondi+Ban", parsing.FORM)
    cut.META["CONTENT_LENGTH"] = "18"
    with pytest.raises(parsing.Incomplete, match="ended early"):
        parsing.read_body(cut, limit=LIMIT)


@pytest.mark.parametrize(("content_type", "refused"), [(parsing.FORM, True), ("application/json", False)])
def test_a_form_in_chunks_is_refused_because_nobody_could_tell_its_end(
    content_type: str, refused: bool
) -> None:
    chunked = request(b"{}", content_type)
    chunked.META["HTTP_TRANSFER_ENCODING"] = "chunked"
    if refused:
        with pytest.raises(parsing.LengthRequired):
            parsing.read_body(chunked, limit=LIMIT)
    else:
        assert parsing.read_body(chunked, limit=LIMIT) == {}


def test_a_form_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(parsing.Malformed):
        read(b"name=Chlo%E9", parsing.FORM)
