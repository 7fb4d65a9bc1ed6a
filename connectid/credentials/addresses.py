"""Where anybody finds what it takes to check a verifiable credential. All of them are in what was signed, so none may change."""

from django.conf import settings


def issuer() -> str:
    """Who signs: the identifier of this server as an issuer, and the address of what it says of itself."""
    return f"{settings.PUBLIC_URL}/credentials/issuer"


def key(thumbprint: str) -> str:
    """The ``kid`` of a key, and the address of its public half."""
    return f"{settings.PUBLIC_URL}/credentials/keys/{thumbprint}"


def keys() -> str:
    """All public keys (RFC 7517)."""
    return f"{settings.PUBLIC_URL}/.well-known/vc-jwks.json"


def status_list(number: int) -> str:
    """A status list."""
    return f"{settings.PUBLIC_URL}/credentials/status/{number}"


def schema() -> str:
    """The JSON schema that 1EdTech publishes for an achievement (Open Badges 3.0)."""
    return "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
