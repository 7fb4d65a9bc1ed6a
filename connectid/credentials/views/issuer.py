"""What this server says of itself as an issuer: its keys, and where they are (VC-JOSE-COSE 4; Controlled Identifiers 1.0)."""

from datetime import timedelta

import msgspec
from django.conf import settings

from connectid.credentials import addresses, errors, signing
from connectid.web.components import Path
from connectid.web.problems import Refusal
from connectid.web.published import PublishedEndpoint

_KEPT = timedelta(hours=1)
"""A new key is published a day before it signs."""


class PublishedKey(msgspec.Struct):
    """A key of P-256; ``kid`` is the address of this very key."""

    kty: str
    crv: str
    x: str
    y: str
    use: str
    alg: str
    kid: str


class CredentialKeys(msgspec.Struct):
    """A set of keys (RFC 7517, section 5)."""

    keys: list[PublishedKey]


class VerificationMethod(msgspec.Struct, rename="camel"):
    """A key in the words of Controlled Identifiers 1.0."""

    id: str
    type: str
    controller: str
    public_key_jwk: PublishedKey


class IssuerProfile(
    msgspec.Struct,
    rename={
        "context": "@context",
        "assertion_method": "assertionMethod",
        "verification_method": "verificationMethod",
    },
):
    """Who issues, and by which keys to know that it does."""

    context: list[str]
    id: str
    type: list[str]
    name: str
    url: str
    verification_method: list[VerificationMethod]
    assertion_method: list[str]


class IssuerMetadata(msgspec.Struct):
    """Where the keys of an issuer are (SD-JWT VC, JWT VC Issuer Metadata)."""

    issuer: str
    jwks_uri: str


class KeyName(msgspec.Struct):
    """The thumbprint of a key (RFC 7638)."""

    thumbprint: str


class VcJwks(PublishedEndpoint):
    """The keys that verify credentials and status lists: the one that signs, the one that will, and those of the last year."""

    kept = _KEPT

    def get(self) -> CredentialKeys:
        return CredentialKeys([PublishedKey(**key) for key in signing.published_keys(at=self.received_at)])


class CredentialKey(PublishedEndpoint):
    """One of these keys, at the address that signatures name."""

    invalid = Refusal(errors.UnknownKey, key="detail")
    kept = _KEPT

    def get(self, parsed_path: Path[KeyName]) -> PublishedKey:
        wanted = addresses.key(parsed_path.thumbprint)
        for key in signing.published_keys(at=self.received_at):
            if key["kid"] == wanted:
                return PublishedKey(**key)
        raise errors.UnknownKey


class Issuer(PublishedEndpoint):
    """This server as an issuer, at the address that credentials name as theirs."""

    kept = _KEPT

    def get(self) -> IssuerProfile:
        keys = [PublishedKey(**key) for key in signing.published_keys(at=self.received_at)]
        return IssuerProfile(
            context=[
                "https://www.w3.org/ns/cid/v1",
                "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            ],
            id=addresses.issuer(),
            type=["Profile"],
            name=settings.SERVICE_NAME,
            url=settings.PUBLIC_URL,
            verification_method=[
                VerificationMethod(
                    id=key.kid, type="JsonWebKey", controller=addresses.issuer(), public_key_jwk=key
                )
                for key in keys
            ],
            assertion_method=[key.kid for key in keys],
        )


class JwtVcIssuer(PublishedEndpoint):
    """Where the keys are, for whoever knows the issuer's identifier only."""

    kept = _KEPT

    def get(self) -> IssuerMetadata:
        return IssuerMetadata(issuer=addresses.issuer(), jwks_uri=addresses.keys())
