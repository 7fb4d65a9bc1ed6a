"""Authentication schemes: from an ``Authorization`` header to a principal.

A feature's ``authentication.py`` derives its scheme from :class:`Scheme` (contract 3 lists them, A1 to A8) and makes one
instance of it; an endpoint names that instance in ``auth`` and asks it for the typed principal:

    class FetchDbKey(Endpoint):
        auth = (device_basic,)

        def get(self) -> StorageKey:
            device = device_basic.principal(self.request)
"""

import binascii
from abc import abstractmethod
from base64 import b64decode
from typing import Any, ClassVar, Self, cast
from urllib.parse import unquote_plus

from django.http import HttpRequest
from dmr.metadata import EndpointMetadata
from dmr.openapi.objects import Reference, SecurityRequirement, SecurityScheme
from dmr.security.base import SyncAuth

from connectid.core.errors import DomainError, Kind
from connectid.core.ratelimit import Limit
from connectid.web import limiting, limits
from connectid.web.problems import NotAuthenticated, Refusal


class InvalidBasicHeader(DomainError):
    """The Authorization header says Basic and is not base64 of ``name:secret``."""

    code = "Invalid basic header. Credentials not correctly base64 encoded."
    kind = Kind.UNAUTHENTICATED


class InvalidTokenHeader(DomainError):
    """The Authorization header says Bearer and is not followed by one token."""

    code = "Invalid token header. Token string should not contain spaces."
    kind = Kind.UNAUTHENTICATED


class Scheme[Principal](SyncAuth):
    """One way to prove who is calling.

    Subclasses say which header they read (:attr:`http_scheme`), how a refusal reads (:attr:`refusals`), and implement
    :meth:`authenticate`. ``required=False`` lets callers without this scheme's header through as anonymous, while a header
    that is present and wrong is still refused (contract 2.5).
    """

    name: ClassVar[str]
    http_scheme: ClassVar[str]
    description: ClassVar[str]
    challenge: ClassVar[str | None] = None
    refusals: ClassVar[tuple[Refusal, ...]] = ()
    missing: Refusal = Refusal(NotAuthenticated, key="detail")
    limit: ClassVar[Limit] = limits.CALLS_PER_CREDENTIAL
    """How often one holder may call an endpoint that names no limit of its own."""
    counts_refused: ClassVar[bool] = True
    """Whether wrong credentials are counted here; off where :meth:`authenticate` does it."""

    def __init__(self, *, required: bool = True) -> None:
        self.required = required

    def __call__(self, endpoint: Any, controller: Any) -> Self | None:
        """Authenticate the request and count it: dmr's hook. None lets the endpoint's next scheme try."""
        try:
            principal = self.identify(controller)
        except DomainError as refused:
            if refused.kind is Kind.UNAUTHENTICATED and self.counts_refused:
                limiting.charge_refused(controller.request)
            raise
        if principal is None:
            if self.required:
                return None
            limiting.charge_stranger(controller)
            return self
        limiting.charge(controller, self.limit, self.holder(controller.request, principal))
        cast(Any, controller.request).principal = principal
        return self

    def identify(self, controller: Any) -> Principal | None:
        """Return who is calling, or None where the request carries no credentials of this scheme."""
        request: HttpRequest = controller.request
        credentials = self.credentials(request)
        return None if credentials is None else self.authenticate(request, credentials)

    @abstractmethod
    def authenticate(self, request: HttpRequest, credentials: str) -> Principal | None:
        """Return who ``credentials`` (the header without the scheme's name) belong to.

        None means "not mine": the next scheme of the endpoint may know them. Raises a refusal listed in :attr:`refusals`.
        """

    def recall(self, credentials: str) -> Principal | None:
        """Return who :meth:`authenticate` would, where finding out takes a look and nothing else; for the fast path.

        None is no refusal, but leaves the question to :meth:`authenticate`: so this counts no try, and whatever it writes can be
        written twice.
        """
        return None

    def holder(self, request: HttpRequest, principal: Principal) -> str:
        """Whose bucket a request spends: the credential's, unless a subclass knows who holds it."""
        return f"{self.name} {request.META.get('HTTP_AUTHORIZATION', '')}"

    def principal(self, request: HttpRequest) -> Principal:
        """Return who is calling. Only for endpoints where this scheme must have passed."""
        return cast(Principal, cast(Any, request).principal)

    def principal_or_none(self, request: HttpRequest) -> Principal | None:
        """Return who is calling, or None for an anonymous caller of an endpoint with ``required=False``."""
        return cast(Principal | None, getattr(request, "principal", None))

    def credentials(self, request: HttpRequest) -> str | None:
        """Return what the header says behind the scheme's name; None where there is no such header."""
        header: str = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _, credentials = header.partition(" ")
        return credentials.strip() if scheme.lower() == self.http_scheme.lower() else None

    # What the API document says.

    @property
    def www_authenticate_challenge(self) -> str | None:
        return self.challenge

    def provide_response_specs(
        self, metadata: Any, controller_cls: Any, existing_responses: Any
    ) -> list[Any]:
        return []  # the endpoint describes the refusals of its schemes together with its own

    def security_schemes(
        self, metadata: EndpointMetadata, controller_cls: Any
    ) -> dict[str, SecurityScheme | Reference]:
        return {
            self.name: SecurityScheme(
                type="http", scheme=self.http_scheme.lower(), description=self.description
            )
        }

    def security_requirements(
        self, metadata: EndpointMetadata, controller_cls: Any
    ) -> list[SecurityRequirement]:
        return [{self.name: []}] if self.required else [{}, {self.name: []}]


def basic_credentials(encoded: str, *, url_decoded: bool = False) -> tuple[str, str]:
    """Return name and secret of a Basic header's base64 part; the secret may contain colons (RFC 7617).

    ``url_decoded`` undoes the form encoding that RFC 6749 section 2.3.1 asks OAuth clients for.
    Raises :class:`InvalidBasicHeader`.
    """
    try:
        text = b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidBasicHeader from error
    name, colon, secret = text.partition(":")
    if url_decoded:
        name, secret = unquote_plus(name), unquote_plus(secret)
    if not colon or "\x00" in name or "\x00" in secret:
        raise InvalidBasicHeader
    return name, secret


def bearer_token(credentials: str) -> str:
    """Return the token of a Bearer header. Raises :class:`InvalidTokenHeader` where it is empty or has spaces."""
    if not credentials or " " in credentials or not credentials.isascii():
        raise InvalidTokenHeader
    return credentials
