"""What stands between the HTTP server and Django (contract 2.1, 2.3)."""

import io
from collections.abc import Iterable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import StreamingHttpResponse
from hypothesis import example, given
from hypothesis import strategies as st

from connectid.web import gateway
from connectid.web.gateway import StartResponse, content_type

FORM = "application/x-www-form-urlencoded"


def environ(**changes: Any) -> dict[str, Any]:
    return {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.input": io.BytesIO()} | changes


def received(**changes: Any) -> WSGIRequest:
    """The request that Django makes of what came in."""
    seen: list[WSGIRequest] = []

    def application(came: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        seen.append(WSGIRequest(came))
        start_response("200 OK", [])
        return []

    gateway.gateway(application)(environ(**changes), lambda *_: None)
    return seen[0]


@pytest.mark.parametrize(
    ("claimed", "seen"),
    [
        ("", ""),
        ("application/json", "application/json"),
        ("application/json; charset=UTF-8", "application/json"),
        (f"{FORM};charset=utf-8", FORM),
        (f"{FORM}; charset=hex", FORM),
        ("multipart/form-data; boundary=x", 'multipart/form-data; boundary="x"'),
        ('multipart/form-data; charset=zlib; boundary="a;b"', 'multipart/form-data; boundary="a;b"'),
        ("application/json; charset*=utf-8''undefined", "application/json"),
        ("application/json; a*=no-such-codec''x", ""),
        ("application/json" + " " * 1000, ""),
    ],
)
def test_only_a_boundary_is_left_of_the_parameters(claimed: str, seen: str) -> None:
    """Texts are UTF-8, whatever the header says."""
    assert content_type(claimed) == seen


@given(st.text(st.characters(max_codepoint=255), max_size=80))
@example("a; charset=idna")
@example("a; charset=base64")
@example('multipart/form-data; boundary="\x00"')
@example("application/json;" * 2000)
def test_django_can_read_whatever_is_let_through(claimed: str) -> None:
    """What it raises while it makes its request object, nobody catches."""
    came = received(
        CONTENT_TYPE=claimed, QUERY_STRING="a=%ff", REQUEST_METHOD="POST", **{"wsgi.input": io.BytesIO()}
    )
    assert came.GET["a"] == "\ufffd"
    assert came.encoding is None


@pytest.mark.parametrize("size", [0, 1, 70_000])
def test_a_body_in_chunks_is_read_to_its_end(size: int) -> None:
    came = received(
        **{"wsgi.input": InPieces(b"x" * size)}, HTTP_TRANSFER_ENCODING="chunked", REQUEST_METHOD="POST"
    )
    assert came.body == b"x" * size


def test_of_an_endless_body_is_read_what_shows_that_it_is_too_large() -> None:
    class Endless:
        def read(self, size: int) -> bytes:
            return b"x" * min(size, 65_536)

    came = received(**{"wsgi.input": Endless()}, HTTP_TRANSFER_ENCODING="chunked", REQUEST_METHOD="POST")
    assert came.META["CONTENT_LENGTH"] == str(8 * 1024 * 1024 + 1)


class InPieces:
    """A stream that gives a little at a time, as a network does."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def read(self, size: int) -> bytes:
        return self._content.read(min(size, 999))


class Answer(list[bytes]):
    """Parts of an answer, with what Django's responses have besides."""

    streaming = False
    is_closed = False

    def close(self) -> None:
        self.is_closed = True


def answered(answer: Any, status: str = "200 OK") -> tuple[list[Any], Iterable[bytes]]:
    """What goes to the server when Django gives ``answer``."""
    started: list[Any] = []

    def application(_: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        start_response(status, [("A", "b")])
        return answer  # type: ignore[no-any-return]

    parts = gateway.gateway(application)(environ(), lambda *given: started.extend(given))
    return started, parts


@pytest.mark.parametrize("parts", [[], [b"po", b"ng"]])
def test_answers_have_their_length(parts: list[bytes]) -> None:
    """Contract 2.3: an empty 200 has Content-Length 0."""
    content = b"".join(parts)
    started, sent = answered(Answer(parts))
    assert started == ["200 OK", [("A", "b"), ("Content-Length", str(len(content)))]]
    assert sent == [content]


def test_not_modified_has_no_length() -> None:
    assert answered(Answer(), "304 Not Modified")[0][1] == [("A", "b")]


def test_what_streams_goes_on_streaming() -> None:
    streaming = StreamingHttpResponse(iter([b"a", b"b"]))
    started, parts = answered(streaming)
    assert started[1] == [("A", "b")]
    assert parts is streaming


def test_the_answer_is_closed() -> None:
    """Django lets go of its database connections then."""
    answer = Answer([b"x"])
    answered(answer)
    assert answer.is_closed
