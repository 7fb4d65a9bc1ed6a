"""GET /o/.well-known/jwks.json (contract 14.6; RFC 7517)."""

from datetime import timedelta

import msgspec

from connectid.oauth.operations import signing_keys
from connectid.web.published import PublishedEndpoint


class PublicKey(msgspec.Struct):
    """An RSA key; ``kid`` is its thumbprint (RFC 7638)."""

    kty: str
    use: str
    alg: str
    kid: str
    n: str
    e: str


class KeySet(msgspec.Struct):
    """A set of keys (RFC 7517, section 5)."""

    keys: list[PublicKey]


class Jwks(PublishedEndpoint):
    """The keys that verify id tokens: the one that signs, the one that will, and those whose tokens may still be live."""

    kept = timedelta(minutes=10)

    def get(self) -> KeySet:
        published = signing_keys.keys(at=self.received_at, afresh=True).published(self.received_at)
        return KeySet(keys=[PublicKey(**key.public_jwk) for key in published])
