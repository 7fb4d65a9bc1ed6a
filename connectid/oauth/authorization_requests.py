"""Authorization requests: what a client asks of a person's browser, understood or refused.

Code flow only, and by the letter (RFC 6749, 7636, 9207, 9700; OpenID Connect Core). It is read in two steps, because what is wrong
with a request is told to the client, but only at an address that it registered: :func:`addressee` finds that, :func:`read`
judges the rest.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from connectid.oauth import errors, redirect_uris, scopes, signing
from connectid.oauth.models import Client
from connectid.oauth.queries import clients
from connectid.oauth.queries.clients import WebClient

type Parameters = Mapping[str, Sequence[str]]
"""Every value of every parameter, as it stands in the query."""

PROMPTS = frozenset({"none", "login", "consent", "select_account"})
CHALLENGE_METHOD = "S256"
LONGEST = 2048
"""Characters of a redirect address or a state."""
LONGEST_NONCE = 255

_KNOWN = (
    *("response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "response_mode"),
    *("code_challenge", "code_challenge_method", "prompt", "max_age", "id_token_hint", "login_hint"),
)
_ELSEWHERE = {
    "request": errors.RequestNotSupported,
    "request_uri": errors.RequestUriNotSupported,
    "registration": errors.RegistrationNotSupported,
}
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
"""SHA-256 in base64url (RFC 7636, section 4.2)."""
_SECONDS = re.compile(r"[0-9]{1,9}")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f\ufffd]*")


@dataclass(frozen=True, slots=True)
class Addressee:
    """A client, and the registered address at which it wants its answer."""

    client: WebClient
    redirect_uri: str
    state: str | None

    def answer(self, **parameters: str) -> str:
        """The address to send the browser to: with the parameters, the client's state, and who we are (RFC 9207)."""
        told = {**parameters, "iss": signing.issuer()} | ({} if self.state is None else {"state": self.state})
        return f"{self.redirect_uri}{'&' if '?' in self.redirect_uri else '?'}{urlencode(told)}"

    def refusal(self, refused: errors.AuthorizationRefused) -> str:
        """The address that tells the client why not."""
        described = {"error_description": refused.description} if refused.description else {}
        return self.answer(error=refused.code, **described)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """An authorization request that makes sense."""

    addressee: Addressee
    scope: str
    """What is asked for and exists, separated by blanks."""
    code_challenge: str
    """Empty where a confidential client sent none."""
    nonce: str
    prompts: frozenset[str]
    max_age: int | None
    """Seconds."""
    login_hint: str
    id_token_hint: str

    @property
    def client(self) -> WebClient:
        """Who asks."""
        return self.addressee.client


def addressee(parameters: Parameters) -> Addressee:
    """Return whom to answer, and where. One statement.

    Raises :class:`~connectid.oauth.errors.UnknownClient` and :class:`~connectid.oauth.errors.UnregisteredRedirect`; nobody is
    sent anywhere then.
    """
    client = clients.web_client(_only(parameters, "client_id"))
    if client is None:
        raise errors.UnknownClient
    uri = _only(parameters, "redirect_uri")
    if len(uri) > LONGEST or not redirect_uris.is_registered(uri, client.redirect_uris):
        raise errors.UnregisteredRedirect
    states = parameters.get("state", ())
    return Addressee(client, uri, states[0] if len(states) == 1 else None)


def read(parameters: Parameters, addressee: Addressee) -> AuthorizationRequest:
    """Return the request. Raises the subclass of :class:`~connectid.oauth.errors.AuthorizationRefused` that fits."""
    for name in _KNOWN:
        if len(parameters.get(name, ())) > 1:
            raise errors.InvalidAuthorizationRequest(f"Duplicate {name} parameter.")
    for name, refusal in _ELSEWHERE.items():
        if name in parameters:
            raise refusal
    one = {name: values[0] for name, values in parameters.items() if values}
    for name in ("state", "nonce"):
        if len(one.get(name, "")) > LONGEST or not _PRINTABLE.fullmatch(one.get(name, "")):
            raise errors.InvalidAuthorizationRequest(f"Malformed {name} parameter.")
    _require_code(one, addressee.client)
    return AuthorizationRequest(
        addressee=addressee,
        scope=_scope(one.get("scope", "")),
        code_challenge=_code_challenge(one, addressee.client),
        nonce=_nonce(one.get("nonce", "")),
        prompts=_prompts(one.get("prompt", "")),
        max_age=_max_age(one.get("max_age")),
        login_hint=one.get("login_hint", ""),
        id_token_hint=one.get("id_token_hint", ""),
    )


def _only(parameters: Parameters, name: str) -> str:
    """The value of a parameter that was given once; empty otherwise."""
    values = parameters.get(name, ())
    return values[0] if len(values) == 1 else ""


def _require_code(one: Mapping[str, str], client: WebClient) -> None:
    if client.grant != Client.GRANT_AUTHORIZATION_CODE:
        raise errors.UnauthorizedClient
    response_type = one.get("response_type", "")
    if not response_type:
        raise errors.InvalidAuthorizationRequest("Missing response_type parameter.")
    if response_type != "code":
        raise errors.UnsupportedResponseType
    if one.get("response_mode", "query") != "query":
        raise errors.InvalidAuthorizationRequest("Unsupported response_mode.")


def _scope(asked: str) -> str:
    try:
        return scopes.granted(asked)
    except errors.UnknownScope as error:
        raise errors.InvalidScope from error


def _code_challenge(one: Mapping[str, str], client: WebClient) -> str:
    challenge = one.get("code_challenge")
    if challenge is None:
        if client.is_public:
            raise errors.InvalidAuthorizationRequest("Code challenge required.")
        if "code_challenge_method" in one:
            raise errors.InvalidAuthorizationRequest("code_challenge_method without code_challenge.")
        return ""
    if one.get("code_challenge_method") != CHALLENGE_METHOD:  # none given means "plain" (RFC 7636, 4.3)
        raise errors.InvalidAuthorizationRequest("Unsupported code_challenge_method; use S256.")
    if not _CHALLENGE.fullmatch(challenge):
        raise errors.InvalidAuthorizationRequest("Malformed code_challenge parameter.")
    return challenge


def _nonce(nonce: str) -> str:
    if len(nonce) > LONGEST_NONCE:
        raise errors.InvalidAuthorizationRequest("Malformed nonce parameter.")
    return nonce


def _prompts(asked: str) -> frozenset[str]:
    prompts = frozenset(asked.split())
    if not prompts <= PROMPTS:
        raise errors.InvalidAuthorizationRequest("Unsupported prompt.")
    if "none" in prompts and len(prompts) > 1:
        raise errors.InvalidAuthorizationRequest("prompt=none stands alone.")
    return prompts


def _max_age(seconds: str | None) -> int | None:
    if seconds is None:
        return None
    if not _SECONDS.fullmatch(seconds):
        raise errors.InvalidAuthorizationRequest("Malformed max_age parameter.")
    return int(seconds)


def expected_subject(request: AuthorizationRequest, *, at: datetime) -> str | None:
    """Return who is meant to be signed in, by the id token that the client got before; None where it names nobody.

    One statement where there is a hint. A hint that this server did not sign for this client, or with a key long gone, counts
    as none: the client compares the subject of its new id token anyway (OpenID Connect Core, 3.1.2.1).
    """
    claims = (
        signing.read(request.id_token_hint, at=at, may_be_expired=True) if request.id_token_hint else None
    )
    if claims is None:
        return None
    audience = claims["aud"]
    named = [audience] if isinstance(audience, str) else audience
    return str(claims["sub"]) if request.client.client_id in named else None
