"""What a relying party is told about a person, by scope: the same in id tokens and at userinfo (contract 14.5, 14.6).

``name`` and ``phone`` come with ``openid`` alone, because HQ and Open Chat Studio have always got them so. The other scopes add
OpenID Connect's own claims (Core, section 5.4); of what is not known about somebody there is no claim, never an empty one.
"""

from typing import Any, Final

from connectid.core import phone

PROFILE: Final = "profile"
"""Adds nothing: of its claims a name is all there is, and that is always told."""
EMAIL: Final = "email"
PHONE: Final = "phone"

PROTOCOL: Final = ("iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "jti")
"""Claims of an id token about itself."""

SUPPORTED: Final = (
    "sub",
    "name",
    "phone",
    "is_active",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
)
"""Every claim about a person."""


def about(
    *, username: str, name: str, phone_number: str, email: str, is_active: bool, scopes: frozenset[str]
) -> dict[str, Any]:
    """Return the claims that ``scopes`` ask for. An account's address and number were proven, but for numbers of demonstrations."""
    told: dict[str, Any] = {"sub": username, "name": name, "phone": phone_number, "is_active": is_active}
    if EMAIL in scopes and email:
        told |= {"email": email, "email_verified": True}
    if PHONE in scopes and phone_number:
        told |= {"phone_number": phone_number, "phone_number_verified": not phone.is_fictitious(phone_number)}
    return told
