"""What a client is told about the person who signed in: the claims of an id token (OpenID Connect Core 2, contract 14.6)."""

import uuid
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from connectid.accounts.models import Account
from connectid.oauth import id_tokens, scopes
from connectid.oauth.operations.tokens import Family, Issued
from connectid.oauth.queries.signing_keys import lifetime


def with_id_token(issued: Issued, *, family: Family, account: Account, nonce: str, at: datetime) -> Issued:
    """Return ``issued`` with an id token, where its scope asks for one."""
    if scopes.OPENID not in issued.scope.split():
        return issued
    claims: dict[str, Any] = {
        "iss": id_tokens.issuer(),
        "sub": account.username,
        "aud": family.client.client_id,
        "iat": int(at.timestamp()),
        "exp": int((at + lifetime()).timestamp()),
        "auth_time": int(family.authenticated_at.timestamp()),
        "jti": str(uuid.uuid4()),
        "at_hash": _half_hash(issued.access_token),
        "name": account.name,
        "phone": account.phone_number,
        "phone_number": account.phone_number,
        "is_active": account.is_active,
    }
    if nonce:
        claims["nonce"] = nonce
    return replace(issued, id_token=id_tokens.sign(claims, at=at))


def _half_hash(token: str) -> str:
    """OpenID Connect Core 3.1.3.6."""
    return urlsafe_b64encode(sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()
