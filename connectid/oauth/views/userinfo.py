"""GET and POST /o/userinfo (contract 14.5; OpenID Connect Core, section 5.3)."""

from collections.abc import Iterator
from typing import ClassVar

import msgspec
from django.http import HttpResponse

from connectid.core.errors import DomainError, Kind
from connectid.core.ratelimit import Throttled
from connectid.oauth import claims
from connectid.oauth.authentication import userinfo_bearer
from connectid.oauth.views.uncached import UncachedEndpoint
from connectid.web.problems import Refusal
from connectid.web.unavailable import Unavailable

_TRANSIENT = frozenset({Kind.RATE_LIMITED, Kind.UNAVAILABLE})


class Claims(msgspec.Struct, omit_defaults=True):
    """What the token's scopes tell; what is not known of somebody is left out."""

    sub: str
    name: str
    phone: str
    is_active: bool
    email: str | msgspec.UnsetType = msgspec.UNSET
    email_verified: bool | msgspec.UnsetType = msgspec.UNSET
    phone_number: str | msgspec.UnsetType = msgspec.UNSET
    phone_number_verified: bool | msgspec.UnsetType = msgspec.UNSET


class Userinfo(UncachedEndpoint):
    """Who the bearer of an access token speaks for.

    CommCare HQ reads the body whatever the status, and JSON without ``sub`` makes the app forget its user: only a token that is
    definitely wrong gets such an answer, and whatever may pass is a 503 in plain text (contract 4.1).
    """

    auth: ClassVar = (userinfo_bearer,)

    def get(self) -> Claims:
        return self._claims()

    def post(self) -> Claims:
        return self._claims()

    def _claims(self) -> Claims:
        token = userinfo_bearer.principal(self.request)
        person = token.holder
        return Claims(
            **claims.about(
                username=person.username,
                name=person.name,
                phone_number=person.phone_number,
                email=person.email,
                is_active=True,
                scopes=token.scopes,
            )
        )

    def refuse(self, error: DomainError) -> HttpResponse:
        """Word a refusal; of those that may pass there is none here yet, and none may ever be JSON."""
        if error.kind in _TRANSIENT:
            raise Unavailable from error
        return super().refuse(error)

    @classmethod
    def _declared_refusals(cls) -> Iterator[Refusal]:
        return (refusal for refusal in super()._declared_refusals() if refusal.error is not Throttled)
