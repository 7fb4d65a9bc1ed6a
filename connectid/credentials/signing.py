"""Signing what others check without us: JWTs of the type ``vc+jwt`` (W3C, Securing Verifiable Credentials using JOSE and COSE)."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import ECKey

from connectid.credentials import addresses, checking
from connectid.oauth.key_uses import VERIFIABLE_CREDENTIAL
from connectid.oauth.operations import signing_keys
from connectid.oauth.queries import signing_keys as queries

ALGORITHM = VERIFIABLE_CREDENTIAL.algorithm
MEDIA_TYPE = f"application/{checking.TYPE}"

_registry = jws.JWSRegistry(algorithms=[ALGORITHM])


def sign(credential: dict[str, Any], *, at: datetime) -> str:
    """Return the credential as a JWT, signed with the key that signs at ``at``.

    No statement when warm; the first call of a deployment makes the key.
    """
    thumbprint = signing_thumbprint(at=at)
    header = {"alg": ALGORITHM, "typ": checking.TYPE, "cty": "vc", "kid": addresses.key(thumbprint)}
    return jwt.encode(header, credential, _private_key(thumbprint), registry=_registry)


def signing_thumbprint(*, at: datetime) -> str:
    """Return which key signs at ``at``."""
    key = signing_keys.keys(at=at, use=VERIFIABLE_CREDENTIAL).signing(at)
    assert key is not None  # the first key signs from the moment it is made
    return key.kid


def published_keys(*, at: datetime) -> list[dict[str, Any]]:
    """Return every key that verifies something at ``at``, or will, each by the ``kid`` that is in signatures. One statement."""
    published = signing_keys.keys(at=at, use=VERIFIABLE_CREDENTIAL, afresh=True).published(at)
    return [{**key.public_jwk, "kid": addresses.key(key.kid)} for key in published]


@lru_cache(maxsize=4)
def _private_key(thumbprint: str) -> ECKey:
    # A thumbprint names one key for ever, so nothing that is kept here can be out of date.
    return ECKey.import_key(queries.private_key(thumbprint))
