"""Between the HTTP server and Django: requests as Django can take them, answers whose length is known.

Django makes its request object before anything of it catches errors, so a header that it cannot read would be a bare 500.
And it knows the length of its answers, but leaves telling it to others: without it a server sends chunks, and an empty
answer would not be the contract's (contract 2.3, ``Content-Length: 0``).
"""

import io
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.utils.http import parse_header_parameters

from connectid.web.parsing import BULK_BODY

type Environ = dict[str, Any]
type Headers = list[tuple[str, str]]
type StartResponse = Callable[..., Any]
type Application = Callable[[Environ, StartResponse], Iterable[bytes]]

LONGEST_CONTENT_TYPE = 1000
"""Characters. Django refuses some more by an exception that nobody catches."""

_BODYLESS = ("204", "304")


def gateway(application: Application) -> Application:
    """Wrap Django's WSGI application."""

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        environ["CONTENT_TYPE"] = content_type(environ.get("CONTENT_TYPE", ""))
        if "HTTP_TRANSFER_ENCODING" in environ:
            _measure(environ)
        return _whole(application, environ, start_response)

    return answer


def content_type(claimed: str) -> str:
    """Return a ``Content-Type`` as Django shall see it: with no parameter but a boundary, empty where it makes no sense.

    Texts are UTF-8 (contract 2.1). Django would decode with whatever codec of Python's the ``charset`` names, among them
    such as raise or unpack archives.
    """
    if len(claimed) > LONGEST_CONTENT_TYPE:
        return ""
    return _content_type(claimed) if ";" in claimed else claimed


@lru_cache(maxsize=256)
def _content_type(claimed: str) -> str:
    try:
        media, parameters = parse_header_parameters(claimed)
    except ValueError:
        return ""
    boundary = parameters.get("boundary")
    return media if boundary is None or '"' in boundary else f'{media}; boundary="{boundary}"'


def _measure(environ: Environ) -> None:
    """Take in a body that comes in chunks, as far as any route would: Django reads none of unknown length."""
    body = _read(environ["wsgi.input"], BULK_BODY + 1)
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))


def _read(stream: Any, most: int) -> bytes:
    parts = []
    while most > 0 and (part := stream.read(most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _whole(application: Application, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer in one piece with its length, unless the application streams."""
    started: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, exc_info: Any = None) -> None:
        started[:] = [(status, headers)]

    parts = application(environ, start)
    status, headers = started[0]
    if getattr(parts, "streaming", False):
        start_response(status, headers)
        return parts
    content = b"".join(parts)
    close = getattr(parts, "close", None)
    if close is not None:  # Django lets go of its database connections here
        close()
    if not status.startswith(_BODYLESS):
        headers.append(("Content-Length", str(len(content))))
    start_response(status, headers)
    return [content]
