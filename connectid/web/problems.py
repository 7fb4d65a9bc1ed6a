"""From a refusal to an answer: the only place that builds an error body.

The wire keeps the historical difference between ``error`` and ``error_code``: a phone reads the second, so a code that moves
from one key to the other can turn a message into a crash (contract 4.1). Each endpoint therefore says under which key and
with which status it words each refusal, as a :class:`Refusal`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from django.http import JsonResponse
from dmr.headers import HeaderSpec
from dmr.metadata import ResponseSpec

from connectid.core.errors import DomainError, FieldsRefused, Kind
from connectid.core.ratelimit import Throttled

type ErrorKey = Literal["error_code", "error", "errors", "errors_list", "detail", "list", "object", "empty"]
"""``errors_list``: ``{"errors": [code]}``; ``list``: ``[code]``; ``object``: ``{}``; ``empty``: no body at all; else the key itself."""

STATUS_OF_KIND: Mapping[Kind, HTTPStatus] = {
    Kind.INVALID: HTTPStatus.BAD_REQUEST,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Kind.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}


class InvalidRequest(DomainError):
    """The body lacks a field or has one of the wrong type."""

    code = "Invalid request."
    kind = Kind.INVALID


class MalformedBody(DomainError):
    """The body is not JSON or not a form."""

    code = "JSON parse error"
    kind = Kind.INVALID


class RequestTooLarge(DomainError):
    """The body has more bytes than the route takes."""

    code = "REQUEST_TOO_LARGE"
    kind = Kind.TOO_LARGE


class IncompleteBody(DomainError):
    """The body lost its end on the way."""

    code = "The request body ended early."
    kind = Kind.UNAVAILABLE


class LengthRequired(DomainError):
    """The body is a form in chunks: cut off on its way, it would pass for a whole one."""

    code = "A form needs a Content-Length."
    kind = Kind.INVALID


class UnsupportedMedia(DomainError):
    """The body's content type is none that the API reads."""

    code = "Unsupported media type in request."
    kind = Kind.INVALID


class NotAcceptable(DomainError):
    """The Accept header names an unknown version or excludes JSON."""

    code = 'Invalid version in "Accept" header.'
    kind = Kind.INVALID


class NotAuthenticated(DomainError):
    """The request carries no credentials that this endpoint knows."""

    code = "Authentication credentials were not provided."
    kind = Kind.UNAUTHENTICATED


class NotFound(DomainError):
    """There is no such thing, or the feature is switched off."""

    code = "Not found."
    kind = Kind.NOT_FOUND


@dataclass(frozen=True)
class Refusal:
    """How one endpoint words one refusal: with which status and under which key.

    ``status`` defaults to that of the refusal's kind. ``tells_retry`` adds ``retry_after_seconds`` to the body. ``challenge``
    is the ``WWW-Authenticate`` of a 401. ``also`` is what else the body says, always the same. A
    :class:`~connectid.core.errors.FieldsRefused` has no use for ``key``: each field that it refuses is a key of the body, and its
    value the reasons (contract 9).
    """

    error: type[DomainError]
    status: HTTPStatus | None = None
    key: ErrorKey = "error_code"
    tells_retry: bool = False
    challenge: str | None = None
    also: Mapping[str, str] = field(default_factory=dict)

    @property
    def http_status(self) -> HTTPStatus:
        return self.status or STATUS_OF_KIND[self.error.kind]

    def body(self, raised: DomainError | None = None) -> Any:
        """The answer's body for ``raised``, or an example of it without one."""
        error = self.error
        if self.key == "empty":
            return None
        if issubclass(error, FieldsRefused):
            return (
                raised.reasons
                if isinstance(raised, FieldsRefused)
                else {name: [error.code] for name in error.names}
            )
        text: str = raised.told() if raised else error.code
        if error is Throttled:
            text = f"{text} Expected available in {raised.retry_after if raised else 60} seconds."
        if self.key == "object":
            return {}
        if self.key == "list":
            return [text]
        found: dict[str, Any] = {"errors": [text]} if self.key == "errors_list" else {self.key: text}
        found |= self.also
        if error.sub_code is not None:
            found["error_sub_code"] = error.sub_code
        if self.tells_retry:
            found["retry_after_seconds"] = (raised.retry_after if raised else 60) or 0
        return found

    def headers(self, raised: DomainError) -> dict[str, str]:
        found = {} if raised.retry_after is None else {"Retry-After": str(raised.retry_after)}
        if self.http_status == HTTPStatus.UNAUTHORIZED and self.challenge:
            found["WWW-Authenticate"] = self.challenge
        return found


def with_head(methods: Iterable[str]) -> list[str]:
    """Return the methods that a route allows: HEAD wherever GET is (RFC 9110 section 9.1)."""
    return sorted({*methods, "HEAD"} if "GET" in methods else {*methods})


def method_not_allowed(method: str, allowed: Iterable[str]) -> JsonResponse:
    """405 as clients know it (contract 2.1)."""
    answer = JsonResponse({"detail": f'Method "{method}" not allowed.'}, status=HTTPStatus.METHOD_NOT_ALLOWED)
    answer["Allow"] = ", ".join(allowed)
    return answer


def refusal_of(declared: type[DomainError] | Refusal, *, key: ErrorKey) -> Refusal:
    """Return ``declared`` as a :class:`Refusal`, under ``key`` where it does not say otherwise."""
    return declared if isinstance(declared, Refusal) else Refusal(declared, key=key)


def response_specs(refusals: Iterable[Refusal], *, owner: str) -> list[ResponseSpec]:
    """Describe every refusal for the API document and for the validation of answers in tests, one spec per status.

    ``owner`` is the endpoint's name, which the schemas carry.
    """
    by_status: dict[HTTPStatus, list[Refusal]] = {}
    for refusal in refusals:
        listed = by_status.setdefault(refusal.http_status, [])
        if refusal not in listed:
            listed.append(refusal)
    return [_spec(status, listed, owner) for status, listed in by_status.items()]


def _spec(status: HTTPStatus, refusals: list[Refusal], owner: str) -> ResponseSpec:
    return ResponseSpec(
        _body_type(f"{owner}{status.value}", refusals),
        status_code=status,
        headers=_header_specs(status, refusals),
        description=_description(refusals),
    )


def _header_specs(status: HTTPStatus, refusals: list[Refusal]) -> dict[str, HeaderSpec]:
    found = {}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        found["Retry-After"] = HeaderSpec(
            required=False, description="Seconds until the next try makes sense."
        )
    if status == HTTPStatus.UNAUTHORIZED and any(refusal.challenge for refusal in refusals):
        found["WWW-Authenticate"] = HeaderSpec(
            required=all(refusal.challenge for refusal in refusals), description="How to authenticate."
        )
    return found


def _description(refusals: list[Refusal]) -> str:
    lines = []
    for refusal in refusals:
        body = refusal.body()
        meaning = " ".join((refusal.error.__doc__ or "").split())
        shown = "empty body" if body is None else f"`{msgspec.json.encode(body).decode()}`"
        lines.append(f"- {shown}: {meaning}")
    return "\n".join(lines)


def _body_type(name: str, refusals: list[Refusal]) -> Any:
    """Types that allow exactly the bodies of ``refusals``; None where all of them are empty."""
    bodies = [refusal.body() for refusal in refusals]
    objects = [body or {} for body in bodies if not isinstance(body, list)]
    listed = {text for body in bodies if isinstance(body, list) for text in body}
    says_more = {refusal.key for refusal in refusals if refusal.error.told is not DomainError.told}
    shaped = {
        field
        for refusal in refusals
        if issubclass(refusal.error, FieldsRefused) and refusal.error.nested
        for field in refusal.error.names
    }
    has_objects = any(objects) or {} in bodies
    found: Any = _object_type(name, objects, {"detail", *says_more}, shaped) if has_objects else None
    if listed:
        texts: Any = list[Literal[tuple(sorted(listed))]]  # type: ignore[misc]
        found = texts if found is None else found | texts
    return found | None if found is not None and None in bodies else found


def _object_type(name: str, bodies: list[dict[str, Any]], open_ended: set[str], shaped: set[str]) -> Any:
    """A struct that allows exactly the keys and codes of ``bodies``.

    Any text is allowed under the keys that are ``open_ended``, anything under those that are ``shaped`` like the request.
    """
    texts: dict[str, set[str]] = {}
    lists: set[str] = set()
    for key, value in (item for body in bodies for item in body.items() if item[0] != "retry_after_seconds"):
        lists |= {key} if isinstance(value, list) else set()
        texts.setdefault(key, set()).update(value if isinstance(value, list) else [value])
    fields: list[tuple[Any, ...]] = []
    for key, words in texts.items():
        kind: Any = str if key in open_ended or FieldsRefused.code in words else Literal[tuple(sorted(words))]
        kind = list[kind] if key in lists else kind
        kind = Any if key in shaped else kind
        always = all(key in body for body in bodies)
        fields.append((key, kind) if always else (key, kind | msgspec.UnsetType, msgspec.UNSET))
    if any("retry_after_seconds" in body for body in bodies):
        fields.append(("retry_after_seconds", int | msgspec.UnsetType, msgspec.UNSET))
    return msgspec.defstruct(name, fields, forbid_unknown_fields=True, kw_only=True)
