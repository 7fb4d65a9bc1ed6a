"""What somebody who checks a credential does, with a library that the server does not use: jwcrypto."""

import base64
import gzip
import json
from typing import Any

from django.test import Client
from jwcrypto import jwk, jws

from connectid.credentials.models import Award
from connectid.testing.scene import EnrolledPhone

JWKS = "/.well-known/vc-jwks.json"


def fetch(client: Client, phone: EnrolledPhone, award: Award) -> str:
    """Fetch an award as a JWT, as its holder's phone does."""
    answer = client.get(f"/users/credentials/{award.uuid}/verifiable", headers=phone.headers)
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "application/vc+jwt"
    return answer.content.decode()


def published(client: Client) -> dict[str, Any]:
    """The keys that anybody may keep."""
    found: dict[str, Any] = client.get(JWKS).json()
    return found


def verified(token: str, keys: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload of a token that one of the keys signed; raises where none did."""
    signed = jws.JWS()
    signed.allowed_algs = ["ES256"]
    signed.deserialize(token)
    kid = signed.jose_header["kid"]
    [key] = [key for key in keys["keys"] if key["kid"] == kid]
    signed.verify(jwk.JWK(**key))
    return signed.jose_header, json.loads(signed.payload)


def bit(listed: dict[str, Any], index: int) -> int:
    """A bit of a status list, read as W3C's algorithm says."""
    encoded = listed["credentialSubject"]["encodedList"]
    assert encoded[0] == "u"
    bits = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    assert len(bits) == 16 * 1024
    return bits[index // 8] >> (7 - index % 8) & 1
