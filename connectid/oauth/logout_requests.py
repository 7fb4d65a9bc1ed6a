"""Logout requests: what a client asks of a person's browser, understood or refused (OpenID Connect RP-Initiated Logout 1.0).

Whatever is wrong is said to the person, and nobody is sent anywhere: an address counts only where it is registered by a client that
is known, by the id token that it got before or by its id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from connectid.oauth import errors, redirect_uris, signing
from connectid.oauth.queries import clients
from connectid.oauth.queries.clients import WebClient

PARAMETERS = (
    *("id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"),
)
LONGEST = 2048
"""Characters of an address or a state."""


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A request that makes sense."""

    client: WebClient | None
    """Who asks; None where the request does not say."""
    subject: str
    """Whom the client was told about, by its id token; empty without one."""
    redirect_uri: str
    """Where to send the browser afterwards; empty for nowhere."""
    state: str

    def answer(self) -> str:
        """The address to send the browser to, with the client's state."""
        if not self.state:
            return self.redirect_uri
        joint = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{joint}{urlencode({'state': self.state})}"


def read(parameters: Mapping[str, Sequence[str]], *, at: datetime) -> LogoutRequest:
    """Return the request. At most two statements.

    An expired id token still names its person: sessions at clients outlive it. Raises
    :class:`~connectid.oauth.errors.InvalidIdTokenHint`, :class:`~connectid.oauth.errors.UnknownClient` and
    :class:`~connectid.oauth.errors.UnregisteredRedirect`.
    """
    hint = _given(parameters, "id_token_hint", errors.InvalidIdTokenHint)
    claims = _claims(hint, at) if hint else {}
    client = _client(_given(parameters, "client_id", errors.UnknownClient), claims)
    uri = _given(parameters, "post_logout_redirect_uri", errors.UnregisteredRedirect)
    if uri and not _is_registered(uri, client):
        raise errors.UnregisteredRedirect
    states = parameters.get("state", ())
    state = states[0] if len(states) == 1 and len(states[0]) <= LONGEST else ""
    return LogoutRequest(client=client, subject=str(claims.get("sub", "")), redirect_uri=uri, state=state)


def _given(
    parameters: Mapping[str, Sequence[str]],
    name: str,
    refusal: type[errors.InvalidIdTokenHint | errors.UnknownClient | errors.UnregisteredRedirect],
) -> str:
    """The value of a parameter, empty where there is none; one given twice means neither."""
    values = parameters.get(name, ())
    if len(values) > 1:
        raise refusal
    return values[0] if values else ""


def _claims(hint: str, at: datetime) -> dict[str, Any]:
    claims = signing.read(hint, at=at, may_be_expired=True)
    if claims is None or not isinstance(claims["aud"], str):
        raise errors.InvalidIdTokenHint
    return claims


def _client(client_id: str, claims: Mapping[str, Any]) -> WebClient | None:
    if client_id and claims and claims["aud"] != client_id:
        raise errors.InvalidIdTokenHint
    named = client_id or claims.get("aud")
    if not named:
        return None
    client = clients.web_client(named)
    if client is None:
        raise errors.UnknownClient
    return client


def _is_registered(uri: str, client: WebClient | None) -> bool:
    return (
        client is not None
        and len(uri) <= LONGEST
        and redirect_uris.is_registered(uri, client.post_logout_redirect_uris)
    )
