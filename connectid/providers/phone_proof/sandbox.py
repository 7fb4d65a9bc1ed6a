"""The unsigned tokens of the Firebase Auth emulator, for development and tests.

Everything but the signature is checked as in a real token. Whoever can reach such a server can prove any number,
so the class refuses to exist in production.
"""

import base64
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from connectid.providers.errors import Rejected
from connectid.providers.phone_proof import INVALID_TOKEN, ProvenPhone
from connectid.providers.phone_proof.id_token import ISSUER, check, proven_phone, read, segments

PROJECT_ID = "demo-connectid"  # the emulator treats projects named demo-* as having no cloud behind them


class SandboxProver:
    """Takes emulator tokens: of one project, or of any when ``project_id`` is empty."""

    def __init__(self, project_id: str = "") -> None:
        if settings.ENVIRONMENT == "production":
            raise ImproperlyConfigured("unsigned Firebase tokens are not accepted in production")
        self._project_id = project_id

    def verify(self, token: str, *, at: datetime) -> ProvenPhone:
        """Return what the token says; see ``PhoneProver.verify``."""
        header, payload, signature = segments(token)
        if read(header).get("alg") != "none" or signature:
            raise Rejected(INVALID_TOKEN)
        claims = read(payload)
        audience = claims.get("aud")
        if not isinstance(audience, str) or not audience:
            raise Rejected(INVALID_TOKEN)
        check(claims, project_id=self._project_id or audience, at=at)
        return proven_phone(claims)


def claims_of(
    *, uid: str, phone_number: str, at: datetime, project_id: str = PROJECT_ID, **changes: Any
) -> dict[str, Any]:
    """Return the claims Firebase puts in the ID token of somebody who signed in by phone at the instant ``at``."""
    issued_at = int(at.timestamp())
    claims = {
        "iss": ISSUER + project_id,
        "aud": project_id,
        "auth_time": issued_at,
        "user_id": uid,
        "sub": uid,
        "iat": issued_at,
        "exp": issued_at + 3600,
        "phone_number": phone_number,
        "firebase": {"identities": {"phone": [phone_number]}, "sign_in_provider": "phone"},
    }
    return claims | changes


def emulator_token(claims: dict[str, Any]) -> str:
    """Return an unsigned token with these claims, in the emulator's form."""
    return f"{_segment({'alg': 'none', 'typ': 'JWT'})}.{_segment(claims)}."


def _segment(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode("ascii").rstrip("=")
