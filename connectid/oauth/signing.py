"""Signing id tokens, and reading the ones that come back: RS256, with the server's own keys.

django-oauth-toolkit would sign with the one key of its settings. It has none here, so that nothing does so by mistake: whoever
issues id tokens signs with :func:`sign`, whoever gets one back reads it with :func:`read`.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import GuestProtocol, RSAKey
from oauth2_provider.settings import oauth2_settings

from connectid.oauth.operations import signing_keys
from connectid.oauth.queries import signing_keys as queries

ALGORITHM = "RS256"

LEEWAY = timedelta(seconds=60)
"""By how much the clocks of our own machines may differ."""

LONGEST = 8192
"""Characters. Ours have about a thousand; nothing longer is looked at."""

# Header fields that ask the receiver to take the key, or the rules, from the token itself (RFC 7515, 4.1).
_KEY_FROM_TOKEN = frozenset({"jwk", "jku", "x5c", "x5u", "crit", "b64"})

_registry = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)


def issuer() -> str:
    """The ``iss`` of every id token, and the address under which discovery finds us."""
    found: str = oauth2_settings.OIDC_ISS_ENDPOINT
    return found


def sign(claims: dict[str, Any], *, at: datetime) -> str:
    """Return the claims as a token, signed with the key that signs at ``at``; its header names the key (``kid``).

    No statement when warm; the first call of a deployment makes the key.
    """
    key = signing_keys.keys(at=at).signing(at)
    assert key is not None  # the first key signs from the moment it is made
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, _private_key(key.kid), registry=_registry)


def read(token: str, *, at: datetime, may_be_expired: bool = False) -> dict[str, Any] | None:
    """Return the claims of a token that this server signed, or None for any other text.

    The key is found by ``kid`` among the published ones and nowhere else; no other algorithm counts, ``none`` least of all.
    ``iss`` is ours, ``aud`` and ``sub`` are there, ``iat`` has been; ``exp`` is to come unless ``may_be_expired``, which is how
    a client that logs somebody out may still name them (RP-Initiated Logout 1.0, section 4). One statement.
    """
    if len(token) > LONGEST:
        return None
    try:
        claims = jwt.decode(token, lambda header: _key_named_by(header, at), registry=_registry).claims
    except (JoseError, ValueError, RecursionError):
        return None
    return claims if _is_ours(claims, at=at, may_be_expired=may_be_expired) else None


def _is_ours(claims: dict[str, Any], *, at: datetime, may_be_expired: bool) -> bool:
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or not isinstance(expires, int):
        return False
    return (
        claims.get("iss") == issuer()
        and bool(claims.get("aud"))
        and isinstance(claims.get("sub"), str)
        and issued <= (at + LEEWAY).timestamp()
        and (may_be_expired or at.timestamp() < expires)
    )


def _key_named_by(signature: GuestProtocol, at: datetime) -> RSAKey:
    header = signature.headers()
    kid = header.get("kid")
    if not isinstance(kid, str) or not _KEY_FROM_TOKEN.isdisjoint(header):
        raise InvalidKeyIdError(str(kid))
    key = queries.stored_keys().find(kid, at)
    if key is None:
        raise InvalidKeyIdError(kid)
    return RSAKey.import_key(key.public_jwk)


@lru_cache(maxsize=4)
def _private_key(kid: str) -> RSAKey:
    # A thumbprint names one key for ever, so nothing that is kept here can be out of date.
    return RSAKey.import_key(queries.private_key(kid))
