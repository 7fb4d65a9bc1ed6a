"""Reads that phones repeat for ever, answered without Django's handler: the same endpoint, by a short way.

A poll of a phone that has nothing wrong with it needs who calls, one read, and a text. Django's handler, its middlewares and
django-modern-rest's dispatch cost such a request twice what that does, and a fleet sends little else. So an endpoint that is
:attr:`~connectid.web.endpoint.Endpoint.fast` is first tried here: its scheme recalls the caller by one read, its limit is charged, its
method is called. Where the process remembers whose account the credential opened (:mod:`connectid.web.guesses`), that read is sent together
with the look at the credential.

Whatever is not plain sailing is left to the long way, from the start: no credential or a wrong one, a version that we do not know,
a database that fails. No try of a credential has been counted by then, and noting a use twice changes nothing, so there
is one place for every refusal, and the answers of both ways are the same (``tests/wire/test_fast_path.py``). What the
endpoint itself refused, a spent limit, and a database for which the request has waited as long as it may are handed over to be
worded: to ask again would charge the caller, call a provider or wait a second time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import Any, cast

import msgspec
from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError
from django.urls import ResolverMatch, resolve
from prometheus_client import Counter
from psycopg.errors import LockNotAvailable, QueryCanceled
from psycopg_pool import PoolTimeout

from connectid.core import prepared, primary, replicas
from connectid.core.errors import DomainError
from connectid.core.prepared import Statement
from connectid.web import afterwards, answered, limiting, negotiation, parsing, security_headers
from connectid.web.authentication import Scheme
from connectid.web.endpoint import FAILED, Asking, Endpoint
from connectid.web.exact_routes import endpoints
from connectid.web.gateway import Application, Environ, Headers, StartResponse
from connectid.web.guesses import Guesses
from connectid.web.query_budget import counting, tell_repeat
from connectid.web.request_ids import HEADER, UnderAnId

_NO_BODY = ("", "0")
_WAITED = (PoolTimeout, QueryCanceled, LockNotAvailable)
"""What ends the wait for a connection, for a statement, and for a lock."""

_guesses = Guesses()
NOT_GUESSED = Counter(
    "connectid_reads_not_guessed",
    "Reads whose account this process could not guess: their credential was new to it, or forgotten.",
)


@dataclass(frozen=True, slots=True)
class _Fast:
    """What is known of a path before anybody asks."""

    view: type[Endpoint]
    scheme: Scheme[Any]
    match: ResolverMatch
    headers: dict[bool, Headers]
    """Of every answer, by whether the request came by TLS."""
    ahead: Asking | None
    """The read that may be sent before the caller is known: to the primary, so that there is none where replicas serve it."""


def fast_path(application: Application) -> Application:
    """Wrap the application that takes the long way, with the gateway before it."""
    note = afterwards.of_process.note

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        fast = _table().get(environ["PATH_INFO"])
        if fast is None or environ["REQUEST_METHOD"] != "GET" or _has_body(environ):
            return application(environ, start_response)
        started = environ[answered.STARTED] = perf_counter()
        request = _Get(environ, fast.match)
        with UnderAnId(request) as request_id, counting(request) as budget:
            content = _content(fast, request)
            if content is not None:
                tell_repeat(request, budget)
        if content is None:
            return application(environ, start_response)
        note(answered.of(request, 200, started))
        length = ("Content-Length", str(len(content)))
        start_response("200 OK", [*fast.headers[request.is_secure()], (HEADER, request_id), length])
        return [content]

    return answer


class _Get(WSGIRequest):
    """A GET without a body, whose path is known: Django works out of the environment what nobody asks of it here."""

    def __init__(self, environ: Environ, match: ResolverMatch) -> None:
        self.environ = self.META = environ
        self.path = self.path_info = environ["PATH_INFO"]
        self.method = "GET"
        self.content_type, self.content_params = "", {}
        self.resolver_match = match


def _content(fast: _Fast, request: WSGIRequest) -> bytes | None:
    """The body of a success; None where the long way has to answer."""
    try:
        credentials = fast.scheme.credentials(request)
        if credentials is None:
            return None
        if fast.view.versioned:
            negotiation.version_of(request)
        account_id = None if fast.ahead is None else _guesses.of(credentials)
        with prepared.taking_along(_ahead(fast, account_id)):
            principal = fast.scheme.recall(credentials)
            content = None if principal is None else _answered(fast, request, principal)
        if fast.ahead is not None:
            _remember(credentials, account_id, None if content is None else cast(Any, principal).account_id)
        return content
    except OperationalError as error:
        if isinstance(error.__cause__, _WAITED):
            request.META[FAILED] = error
        return None
    except Exception:  # noqa: BLE001 - the long way meets it again, words it and reports it
        return None
    finally:
        primary.give_back()


def _ahead(fast: _Fast, account_id: int | None) -> Statement | None:
    """What the endpoint will ask about the account."""
    return None if fast.ahead is None or account_id is None else fast.ahead(account_id)


def _remember(credentials: str, guessed: int | None, found: int | None) -> None:
    """Guess better next time, and nothing for who was refused: their next refusal shall cost no read."""
    if found is None:
        _guesses.forget(credentials)
    elif found != guessed:
        _guesses.learn(credentials, found)
        NOT_GUESSED.inc()


def _answered(fast: _Fast, request: WSGIRequest, principal: object) -> bytes | None:
    """The same for a caller who is known."""
    endpoint: Any = fast.view()
    endpoint.request = request
    endpoint.is_answered_directly = True
    try:
        limiting.charge(endpoint, fast.scheme.limit, fast.scheme.holder(request, principal))
        cast(Any, request).principal = principal
        return _encoded(endpoint.get())
    except DomainError as refused:
        request.META[FAILED] = refused
        return None


def _encoded(answered: object) -> bytes:
    return answered if isinstance(answered, bytes) else msgspec.json.encode(answered)


def _has_body(environ: Environ) -> bool:
    return environ.get("CONTENT_LENGTH", "") not in _NO_BODY or "HTTP_TRANSFER_ENCODING" in environ


@cache
def _table() -> dict[str, _Fast]:
    return {path: _known(path, view) for path, view in endpoints().items() if view.fast}


def _known(path: str, view: type[Endpoint]) -> _Fast:
    (scheme,) = view.auth or ()
    headers = {secure: _headers(view, secure) for secure in (False, True)}
    return _Fast(view, scheme, resolve(path), headers, None if replicas.aliases() else view.ahead)


def _headers(view: type[Endpoint], is_secure: bool) -> Headers:
    """What the endpoint and the middlewares put on every answer."""
    version = [(negotiation.VERSION_HEADER, negotiation.CURRENT_VERSION)] if view.versioned else []
    return [("Content-Type", parsing.JSON), *version, *security_headers.of_answers(is_secure=is_secure)]
