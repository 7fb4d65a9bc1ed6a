"""Request bodies into plain Python values: strict JSON, URL-encoded forms and multipart (contract 2.1).

Every refusal is cheap. :class:`BodyTooLarge` and :class:`UnsupportedMediaType` are decided from the headers; :class:`Malformed`
means that the text is not JSON (or not a form), :class:`Unacceptable` that it is, but of a shape nobody sends in good faith:
nested deeper than :data:`MAX_DEPTH`, a repeated key, ``NaN``, half a surrogate pair, a NUL character.
"""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

MAX_DEPTH = 20
"""Objects and lists inside each other, the outermost counted. The deepest real body (``add_credential``) has 5."""

KIBIBYTE = 1024
PHONE_BODY = 256 * KIBIBYTE
PHOTO_BODY = 1536 * KIBIBYTE
SERVER_BODY = 4096 * KIBIBYTE
BULK_BODY = 8192 * KIBIBYTE
"""A message of its own to each of 10,000 people; no route takes more."""

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

_UNDECODABLE = "\ufffd"
"""What Django puts where the bytes of a form are not UTF-8."""

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


class BodyRefused(Exception):
    """The body was not understood; the endpoint words the answer."""

    status = HTTPStatus.BAD_REQUEST


class Malformed(BodyRefused):
    """Not JSON, or not a form."""


class Unacceptable(BodyRefused):
    """Well formed, but not a body that any client sends."""


class BodyTooLarge(BodyRefused):
    """More bytes than the route takes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Incomplete(BodyRefused):
    """The body lost its end on the way; sent again it may well arrive.

    Not a 400, on which the app would crash or, at the token endpoint, forget its user (contract 4.1): its HTTP client sends a
    request that was answered 408 once more by itself.
    """

    status = HTTPStatus.REQUEST_TIMEOUT


class LengthRequired(BodyRefused):
    """A form of unknown length: cut off on its way, it would pass for a whole one."""

    status = HTTPStatus.LENGTH_REQUIRED


class UnsupportedMediaType(BodyRefused):
    """A content type that no endpoint reads."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def receive(request: HttpRequest, *, limit: int) -> None:
    """Take in the whole body, to be parsed later.

    Raises :class:`BodyTooLarge` by the length alone, :class:`Incomplete` for a body that was cut off, and
    :class:`LengthRequired` for one of which nobody could tell.
    """
    length = _content_length(request)
    if length > limit:
        raise BodyTooLarge(f"Request body is larger than {limit} bytes.")
    if len(_raw(request)) < length:
        raise Incomplete("The request body ended early.")
    if length and request.content_type in (FORM, MULTIPART) and "HTTP_TRANSFER_ENCODING" in request.META:
        raise LengthRequired("A form needs a Content-Length.")


def read_body(request: HttpRequest, *, limit: int, any_text: bool = False) -> Any:
    """Return the parsed body: any JSON value, or a dictionary of a form's last values.

    A body of zero bytes is an empty dictionary whatever its content type: phones post without body and without type
    (contract 17, rule 3). ``any_text`` is :func:`read_json`'s. Raises :class:`BodyRefused`.
    """
    receive(request, limit=limit)
    match request.content_type:
        case "application/json":
            return read_json(_raw(request), any_text=any_text)
        case "application/x-www-form-urlencoded" | "multipart/form-data":
            return _read_form(request)
        case _ if not _raw(request):
            return {}
        case other:
            raise UnsupportedMediaType(f'Unsupported media type "{other}" in request.')


def read_json(raw: bytes, *, any_text: bool = False) -> Any:
    """Return the value of ``raw``; an empty text is an empty object. Raises :class:`Malformed` or :class:`Unacceptable`.

    ``any_text`` lets texts pass that no column can hold: for batches of which only the item that has one is refused.
    """
    if not raw:
        return {}
    _refuse_deep(raw)
    try:
        text = raw.decode()
        value = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"JSON parse error - {_reason(error)}") from error
    if "\\u" in text:
        # Names of fields are compared with the declared ones, which needs them whole, whatever their values may be.
        _refuse_unstorable(
            list(value) if any_text and isinstance(value, dict) else None if any_text else value
        )
    return value


def _refuse_deep(raw: bytes) -> None:
    if raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _STRINGS.sub(b"", raw).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise Unacceptable(f"JSON parse error - nested deeper than {MAX_DEPTH}")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Unacceptable("JSON parse error - a key is repeated")
    return value


def _refuse_constant(name: str) -> Any:
    raise Unacceptable(f"JSON parse error - {name} is not a JSON number")


def _refuse_unstorable(value: Any) -> None:
    """Refuse escapes that parse but that no database column or UTF-8 answer can hold."""
    for text in _texts(value):
        if "\x00" in text:
            raise Unacceptable("JSON parse error - a NUL character in a text")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise Unacceptable("JSON parse error - half of a surrogate pair") from error


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _reason(error: Exception) -> str:
    """Say where the text breaks without repeating any of it."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}: line {error.lineno} column {error.colno} (char {error.pos})"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return "a number or a nesting beyond any use"


def _content_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _raw(request: HttpRequest) -> bytes:
    try:
        return request.body
    except UnreadablePostError as error:
        raise Incomplete("The request body ended early.") from error
    except RequestDataTooBig as error:
        raise BodyTooLarge("Request body is too large.") from error


def _read_form(request: HttpRequest) -> dict[str, Any]:
    try:
        fields = request.POST.dict()
    except (BadRequest, MultiPartParserError, SuspiciousOperation, UnreadablePostError, ValueError) as error:
        raise Malformed("Form parse error") from error
    for name, value in fields.items():
        if "\x00" in name or "\x00" in value:
            raise Unacceptable("A NUL character in a form field")
        if _UNDECODABLE in name or _UNDECODABLE in value:
            raise Malformed("Form parse error - not UTF-8")
    return fields
