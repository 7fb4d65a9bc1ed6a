"""Checking a verifiable credential with nothing but public keys, as anybody may do anywhere: no database, no connection.

What was signed is believed; what merely stands beside it is not: the key comes from the keys that were handed in and never from
the JWT, and no algorithm counts but ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, GuestProtocol

from connectid.credentials import bitstring

ALGORITHM = "ES256"
TYPE = "vc+jwt"
LONGEST = 1 << 20
"""Characters. A credential has about two thousand, a list with all its bits at random some twenty thousand."""
LEEWAY = timedelta(seconds=60)
"""By how much our clock and the issuer's may differ."""

_CONTEXT = "https://www.w3.org/ns/credentials/v2"
_PURPOSE = "revocation"
# Header fields that ask the receiver to take the key, or the rules, from the JWT itself (RFC 7515, 4.1).
_KEY_FROM_TOKEN = frozenset({"jwk", "jku", "x5c", "x5u", "crit", "b64"})

_registry = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)


class NotGenuine(Exception):
    """The credential does not hold; ``reason`` is one word for programs, the message a sentence for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Genuine:
    """A credential that holds."""

    credential: dict[str, Any]
    revocation_checked: bool
    """Whether a status list said that it is not revoked. Without one nobody can know."""


def check(text: str, *, keys: Mapping[str, Any], at: datetime, status_list: str | None = None) -> Genuine:
    """Return the credential of a JWT that one of ``keys`` (a JWKS) signed, that is valid at ``at`` and not revoked.

    Whether it was revoked says ``status_list``, the JWT at the address that the credential names. Raises :class:`NotGenuine`.
    """
    credential = _signed(text, keys, at)
    if status_list is None:
        return Genuine(credential, revocation_checked=False)
    listed = _signed(status_list, keys, at)
    if _is_revoked(credential, listed):
        raise NotGenuine("revoked", "The issuer has revoked this credential.")
    return Genuine(credential, revocation_checked=True)


def signed_claims(text: str, *, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one of ``keys`` signed as a credential, whatever it says. Raises :class:`NotGenuine`."""
    text = text.strip()
    if len(text) > LONGEST:
        raise NotGenuine("malformed", "This is no credential: it is too long.")
    known = {key.get("kid"): key for key in keys.get("keys", []) if isinstance(key, dict)}
    try:
        return jwt.decode(text, lambda signature: _key(signature, known), registry=_registry).claims
    except InvalidKeyIdError as error:
        raise NotGenuine("unknown_key", "None of the keys at hand signed this credential.") from error
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise NotGenuine(
            "not_signed", "The signature does not match: this was altered, or is no credential."
        ) from error


def _signed(text: str, keys: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return a credential that one of the keys signed, valid at ``at``."""
    claims = signed_claims(text, keys=keys)
    _check_form(claims)
    _check_time(claims, at)
    return claims


def _key(signature: GuestProtocol, known: Mapping[Any, dict[str, Any]]) -> ECKey:
    header = signature.headers()
    kid = header.get("kid")
    if header.get("typ") != TYPE or not isinstance(kid, str) or not _KEY_FROM_TOKEN.isdisjoint(header):
        raise ValueError("not the header of a credential")
    if kid not in known:
        raise InvalidKeyIdError(kid)
    return ECKey.import_key(known[kid])


def _check_form(claims: dict[str, Any]) -> None:
    contexts, types, issuer = claims.get("@context"), claims.get("type"), claims.get("issuer")
    identifier = issuer.get("id") if isinstance(issuer, dict) else issuer
    fits = (
        isinstance(contexts, list)
        and contexts[:1] == [_CONTEXT]
        and isinstance(types, list)
        and "VerifiableCredential" in types
        and isinstance(identifier, str)
        and claims.get("iss", identifier) == identifier
        and claims.get("jti", claims.get("id")) == claims.get("id")
        and isinstance(claims.get("credentialSubject"), dict)
    )
    if not fits:
        raise NotGenuine("no_credential", "It is signed, and no verifiable credential.")


def _check_time(claims: dict[str, Any], at: datetime) -> None:
    begins, ends, expires = (
        _moment(claims.get("validFrom")),
        _moment(claims.get("validUntil")),
        claims.get("exp"),
    )
    if begins is not None and at + LEEWAY < begins:
        raise NotGenuine("not_yet_valid", "The credential is not valid yet.")
    if (ends is not None and ends <= at) or (isinstance(expires, int) and expires <= at.timestamp()):
        raise NotGenuine("expired", "The credential has expired; its holder can get a new one.")


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise NotGenuine("no_credential", "It is signed, and says no time that can be read.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _is_revoked(credential: dict[str, Any], listed: dict[str, Any]) -> bool:
    status, subject = credential.get("credentialStatus"), listed["credentialSubject"]
    if not isinstance(status, dict):
        return False  # it was issued without, for good
    fits = (
        "BitstringStatusListCredential" in listed["type"]
        and status.get("statusListCredential") == listed.get("id")
        and status.get("statusPurpose") == subject.get("statusPurpose") == _PURPOSE
        and _issuer(credential) == _issuer(listed)
    )
    if not fits:
        raise NotGenuine("other_list", "The status list is not the one that the credential names.")
    try:
        return bitstring.is_set(str(subject.get("encodedList")), int(str(status.get("statusListIndex"))))
    except ValueError as error:
        raise NotGenuine("other_list", "The status list cannot be read.") from error


def _issuer(claims: dict[str, Any]) -> Any:
    issuer = claims["issuer"]
    return issuer.get("id") if isinstance(issuer, dict) else issuer
