"""The form and the claims of a Firebase ID token.

https://firebase.google.com/docs/auth/admin/verify-id-tokens#verify_id_tokens_using_a_third-party_jwt_library
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectid.providers.errors import Rejected
from connectid.providers.phone_proof import INVALID_TOKEN, NO_PHONE, NO_UID, ProvenPhone

ISSUER = "https://securetoken.google.com/"
LEEWAY_SECONDS = 60  # how far Google's clock and ours may differ
_MAX_LENGTH = 16_384  # characters; Google's are around 1,000
_MAX_UID = 128


def segments(token: str) -> tuple[str, str, str]:
    """Split a token in its header, payload and signature, each still in base64url."""
    parts = token.split(".") if len(token) <= _MAX_LENGTH and token.isascii() else []
    if len(parts) != 3:
        raise Rejected(INVALID_TOKEN)
    return parts[0], parts[1], parts[2]


def read(segment: str) -> dict[str, Any]:
    """Return the JSON object in a header or payload; whether to believe it is the caller's business."""
    try:
        padded = segment + "=" * (-len(segment) % 4)
        content = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise Rejected(INVALID_TOKEN)
    return content


def check(claims: Mapping[str, Any], *, project_id: str, at: datetime) -> None:
    """Refuse claims that were not made for our project, or that are not in force at the instant ``at``."""
    now = at.timestamp()
    in_order = (
        claims.get("aud") == project_id
        and claims.get("iss") == ISSUER + project_id
        and _instant(claims, "exp") > now - LEEWAY_SECONDS
        and 0 < _instant(claims, "iat") <= now + LEEWAY_SECONDS
        and 0 < _instant(claims, "auth_time") <= now + LEEWAY_SECONDS
    )
    if not in_order:
        raise Rejected(INVALID_TOKEN)


def proven_phone(claims: Mapping[str, Any]) -> ProvenPhone:
    """Return whom the claims are about."""
    uid = claims.get("sub")
    if not isinstance(uid, str) or not 0 < len(uid) <= _MAX_UID:
        raise Rejected(NO_UID)
    phone_number = claims.get("phone_number")
    if not isinstance(phone_number, str) or not phone_number:
        raise Rejected(NO_PHONE)
    return ProvenPhone(uid, phone_number)


def _instant(claims: Mapping[str, Any], name: str) -> float:
    """Return a time in seconds since the epoch; zero, which no check accepts, when there is none."""
    value = claims.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0
