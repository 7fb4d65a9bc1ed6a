"""An id for every request: in its log lines, in the answer's ``X-Request-ID``, and in the text of a 500."""

import re
from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase
from structlog.contextvars import bind_contextvars, reset_contextvars

from connectid.core.secrets import new_identifier
from connectid.web.client_address import is_from_trusted_proxy

HEADER = "X-Request-ID"

_OURS = "connectid.request_id"
"""In the environment of a request that has one. No header can be called so."""

_BYTES = 16
# The forms proxies generate. Anything looser would let a client write what it likes into our logs.
_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class UnderAnId:
    """Gives a request an id, under which the block's lines are logged: the one that a trusted proxy gave, or a new one.

    A request that is taken up once more, by another way, keeps it.
    """

    __slots__ = ("_id", "_tokens")

    def __init__(self, request: HttpRequest) -> None:
        self._id = request.META.get(_OURS) or _given(request) or new_identifier(_BYTES)
        request.META[_OURS] = self._id
        cast(Any, request).request_id = self._id

    def __enter__(self) -> str:
        self._tokens = bind_contextvars(request_id=self._id)
        return self._id

    def __exit__(self, *_: object) -> None:
        reset_contextvars(**self._tokens)


class RequestIdMiddleware:
    """Sets ``request.request_id`` and binds it to every log line; takes over the id a trusted proxy gave.

    Outermost of ours, so that whatever happens inside is told under the id.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer under an id."""
        with UnderAnId(request) as request_id:
            response = self.get_response(request)
        response.headers[HEADER] = request_id
        return response


def _given(request: HttpRequest) -> str | None:
    given = request.META.get("HTTP_X_REQUEST_ID")
    if given is None or _ID.fullmatch(given) is None or not is_from_trusted_proxy(request):
        return None
    return str(given)
