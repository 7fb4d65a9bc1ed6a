"""The base of every API endpoint: one class that turns the contract's section 2 into behaviour.

A view derives from :class:`Endpoint`, declares what it takes (``parsed_body: Body[...]``), who may call (``auth``), what it
answers (its return annotation) and how it words refusals (``refusals``), and makes one call to an operation or a query.
Bodies, versions, headers, error shapes and the API document come from here.
"""

import inspect
from collections.abc import Iterator, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, Protocol, cast

import msgspec
import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.functional import cached_property
from dmr import Controller
from dmr.exceptions import NotAuthenticatedError, ValidationError
from dmr.metadata import ResponseSpec
from dmr.plugins.msgspec import MsgspecSerializer

from connectid.core import clock
from connectid.core.errors import DomainError
from connectid.core.prepared import Statement
from connectid.core.ratelimit import Limit, Throttled
from connectid.web import limiting, negotiation, parsing, problems
from connectid.web.authentication import Scheme
from connectid.web.components import Body, Headers, Query
from connectid.web.operation import WireOperation
from connectid.web.problems import ErrorKey, Refusal
from connectid.web.spooling import SpooledResponse

__all__ = ["Body", "Endpoint", "Headers", "Query"]

log = structlog.get_logger(__name__)


class Asking(Protocol):
    """What makes the statement that asks about an account."""

    def __call__(self, account_id: int, /) -> Statement: ...


type Refused = type[DomainError] | Refusal

EMPTY_CONTENT_TYPE = "text/html; charset=utf-8"

FAILED = "connectid.failed"
"""In the environment of a request that the short way took up: why it has no answer, where nobody should try the same again."""


class Endpoint(Controller[MsgspecSerializer]):
    """One URL of the API."""

    refusals: ClassVar[Sequence[Refused]] = ()
    """What this endpoint may refuse: error classes, worded under :attr:`error_key`, or :class:`Refusal` where one differs."""
    error_key: ClassVar[ErrorKey] = "error_code"
    invalid: ClassVar[Refused] = Refusal(problems.InvalidRequest, key="detail")
    """The refusal of a body that lacks a field or has one of the wrong type."""
    answers: ClassVar[Sequence[ResponseSpec]] = ()
    """Further answers that are no refusals, of a status that none has: raise ``APIError`` to give one."""
    body_limit: ClassVar[int] = parsing.PHONE_BODY
    """Most bytes of a body."""
    takes_any_text: ClassVar[bool] = False
    """Whether JSON may hold texts that no column takes (a NUL, half a surrogate pair); the endpoint then judges them itself."""
    text_type: ClassVar[str | None] = None
    """The media type of a success that is a text and no JSON, such as a JWT; the method returns that text."""
    versioned: ClassVar[bool] = True
    """Whether Accept names a version and the answer carries ``X-API-Current-Version`` (contract 2.2)."""

    fast: ClassVar[bool] = False
    """Whether its GET takes nothing from a request but who calls, and writes nothing: then it is answered by a short way
    (:mod:`connectid.web.fast_path`). It has one scheme, which can recall who calls."""
    ahead: ClassVar[Asking | None] = None
    """The one read by which a fast endpoint answers a caller of that account: sent together with the look at the credential, where
    the account can be guessed. A ``staticmethod``."""

    limit: ClassVar[Limit | None] = None
    """How often one caller may call; None for what its scheme says, or for anybody ``CALLS_PER_ADDRESS`` (web/limits.py)."""
    spends: ClassVar[Sequence[Limit]] = ()
    """Limits that the operation spends, by a number for example."""

    auth: ClassVar[Sequence[Scheme[Any]] | None] = None
    """Who may call: the first of these whose header is there; None for anyone."""
    endpoint_cls = WireOperation
    validate_negotiation = False
    semantic_responses = False
    worded: ClassVar[dict[type[DomainError], Refusal]]
    reads_body: ClassVar[bool]
    is_answered_directly: bool = False
    """Whether bytes will do for an answer that is written already: on the short way."""
    received_body: Any = None
    """The body as parsed, keys in the order in which they came; set once ``Body`` was read."""

    def __init_subclass__(cls) -> None:
        declared = list(cls._declared_refusals())
        cls.worded = {refusal.error: refusal for refusal in reversed(declared)}
        cls.reads_body = "parsed_body" in cls._components()
        cls.responses = [*problems.response_specs(declared, owner=cls.__name__), *cls.answers]
        super().__init_subclass__()

    @classmethod
    def _declared_refusals(cls) -> Iterator[Refusal]:
        """Every refusal of this endpoint, its schemes and the framework; the first wording of an error counts."""
        invalid = (cls.invalid,) if cls._components() else ()
        for refused in (*cls.refusals, *invalid):
            yield problems.refusal_of(refused, key=cls.error_key)
        for scheme in cls._schemes():
            yield from scheme.refusals
            if scheme.required:
                yield scheme.missing
        if "parsed_body" in cls._components():
            yield Refusal(problems.MalformedBody, key="detail")
            yield Refusal(problems.IncompleteBody, HTTPStatus.REQUEST_TIMEOUT, key="detail")
            yield Refusal(problems.LengthRequired, HTTPStatus.LENGTH_REQUIRED, key="detail")
            yield Refusal(problems.RequestTooLarge, key=cls.error_key)
            yield Refusal(problems.UnsupportedMedia, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, key="detail")
        yield Refusal(Throttled, key="detail")
        if cls.versioned:
            yield Refusal(problems.NotAcceptable, HTTPStatus.NOT_ACCEPTABLE, key="detail")

    @classmethod
    def _components(cls) -> set[str]:
        """What the endpoint's methods take from a request: ``parsed_body``, ``parsed_query``, ``parsed_headers``."""
        methods = [getattr(cls, name) for name in ("get", "post") if hasattr(cls, name)]
        return {argument for method in methods for argument in inspect.signature(method).parameters} - {
            "self"
        }

    @classmethod
    def _schemes(cls) -> list[Scheme[Any]]:
        return list(cls.auth or ())

    @cached_property
    def received_at(self) -> datetime:
        """The moment by which this request is judged; views pass it down as ``at=``."""
        return clock.now()

    @cached_property
    def version(self) -> str:
        """The API version that the client asked for."""
        return negotiation.version_of(self.request)

    def admit(self) -> None:
        """Raise a refusal before anything is asked of the caller; every request passes unless a subclass says otherwise."""

    def answer_json[Answer](self, text: bytes, *, as_type: type[Answer]) -> Answer:
        """Answer JSON that is written already, in place of a value of the declared type; tests hold it to that type."""
        if self.is_answered_directly:
            return cast(Answer, text)
        return cast(Answer, HttpResponse(text, content_type=parsing.JSON))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the request, with the headers that the contract promises on every answer.

        What can be refused without knowing the caller is refused first: it costs no statement. A body is taken in here too,
        so that nobody waits for a slow phone while holding a database connection.
        """
        try:
            self._judge_before_the_caller(request)
        except (negotiation.NotAcceptable, DomainError, parsing.BodyRefused) as refused:
            response: HttpResponseBase = self.handle_error(None, self, refused)
        else:
            response = self._serve(request, *args, **kwargs)
            if self.text_type is not None and response.status_code == HTTPStatus.OK:
                response = _as_text(response, self.text_type)
        if self.versioned:
            response[negotiation.VERSION_HEADER] = negotiation.CURRENT_VERSION
        if isinstance(response, SpooledResponse):
            response["Content-Length"] = str(response.length)
        elif isinstance(response, HttpResponse) and not response.content:
            response["Content-Type"] = EMPTY_CONTENT_TYPE
        return response

    def _judge_before_the_caller(self, request: HttpRequest) -> None:
        if FAILED in request.META:
            raise request.META[FAILED]
        if self.versioned:
            negotiation.version_of(request)
        self.admit()
        if not self.auth:
            limiting.charge_stranger(self)
        if request.method == "POST" and self.reads_body:
            parsing.receive(request, limit=self.body_limit)

    def _serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Run the method; HEAD is GET, whose body the server leaves out (RFC 9110 section 9.3.2)."""
        if request.method == "HEAD" and "GET" in self.api_endpoints:
            return self.api_endpoints["GET"].func(self, *args, **kwargs)
        return super().dispatch(request, *args, **kwargs)

    def handle_method_not_allowed(self, method: str) -> HttpResponse:
        """405 as clients know it, with the methods that would be allowed."""
        return problems.method_not_allowed(method, problems.with_head(self.api_endpoints))

    def handle_error(self, endpoint: Any, controller: Any, exc: Exception) -> HttpResponse:
        """Word every anticipated failure; anything else becomes a 500 outside."""
        match exc:
            case DomainError():
                return self.refuse(exc)
            case negotiation.NotAcceptable():
                return self._detail(str(exc), HTTPStatus.NOT_ACCEPTABLE)
            case NotAuthenticatedError():
                return self._unauthenticated()
            case ValidationError() | parsing.Unacceptable():
                return self.refuse(problems.refusal_of(self.invalid, key=self.error_key).error())
            case parsing.BodyTooLarge():
                return self.refuse(problems.RequestTooLarge())
            case parsing.BodyRefused():
                return self._detail(str(exc), exc.status)
        raise exc

    def refuse(self, error: DomainError) -> HttpResponse:
        """Answer ``error`` in this endpoint's words."""
        refusal = self.worded.get(type(error))
        if refusal is None:
            log.error("undeclared_refusal", endpoint=type(self).__name__, code=error.code)
            refusal = Refusal(type(error), key=self.error_key)
        return self._answer(refusal, error)

    def format_error(self, error: str | Exception, **_where: Any) -> Any:
        """Only reached when an answer does not match its declaration, which tests must not overlook."""
        raise AssertionError(f"{type(self).__name__} answered what it does not declare: {error}")

    def _answer(self, refusal: Refusal, error: DomainError) -> HttpResponse:
        return self.to_error(
            refusal.body(error), status_code=refusal.http_status, headers=refusal.headers(error)
        )

    def _unauthenticated(self) -> HttpResponse:
        try:
            limiting.charge_refused(self.request)
        except Throttled as throttled:
            return self.refuse(throttled)
        missing = self._schemes()[0].missing
        return self._answer(missing, missing.error())

    def _detail(self, text: str, status: HTTPStatus) -> HttpResponse:
        return self.to_error({"detail": text}, status_code=status)


def _as_text(response: HttpResponseBase, media_type: str) -> HttpResponse:
    """Return the text of a JSON answer as it is."""
    assert isinstance(response, HttpResponse)
    return HttpResponse(msgspec.json.decode(response.content, type=str), content_type=media_type)


def declared_responses(endpoint: type[Endpoint]) -> Sequence[ResponseSpec]:
    """Every refusal that ``endpoint`` declares, one spec per status: for the generated references."""
    return endpoint.responses if isinstance(endpoint.responses, Sequence) else ()
