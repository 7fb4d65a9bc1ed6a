"""What a client is told about the person who signed in: the claims of an id token (OpenID Connect Core 2, contract 14.6)."""

import uuid
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from connectid.accounts.models import Account
from connectid.oauth import claims, lifetimes, scopes, signing
from connectid.oauth.operations.tokens import Family, Issued


def with_id_token(issued: Issued, *, family: Family, account: Account, nonce: str, at: datetime) -> Issued:
    """Return ``issued`` with an id token, where its scope asks for one."""
    granted = frozenset(issued.scope.split())
    if scopes.OPENID not in granted:
        return issued
    told: dict[str, Any] = {
        "iss": signing.issuer(),
        "aud": family.client.client_id,
        "iat": int(at.timestamp()),
        "exp": int((at + lifetimes.ID_TOKEN).timestamp()),
        "auth_time": int(family.authenticated_at.timestamp()),
        "jti": str(uuid.uuid4()),
        "at_hash": _half_hash(issued.access_token),
        **claims.about(
            username=account.username,
            name=account.name,
            phone_number=account.phone_number,
            email=account.email,
            is_active=account.is_active,
            scopes=granted,
        ),
    }
    if nonce:
        told["nonce"] = nonce
    return replace(issued, id_token=signing.sign(told, at=at))


def _half_hash(token: str) -> str:
    """OpenID Connect Core 3.1.3.6."""
    return urlsafe_b64encode(sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()
