"""ID tokens for the tests, and what only Google has: keys that sign them, with certificates."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from connectid.providers.errors import Rejected
from connectid.providers.phone_proof import PhoneProver
from connectid.providers.phone_proof.sandbox import claims_of

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PROJECT = "connectid-phones"
PHONE = "+221701234567"


class SigningKey:
    """An RSA key with a self-signed certificate, as Google's are."""

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id
        self.private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "securetoken.system.gserviceaccount.com")])
        start = datetime(2026, 1, 1, tzinfo=UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.private_key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=20))
            .sign(self.private_key, hashes.SHA256())
        )
        self.certificate = certificate.public_bytes(Encoding.PEM).decode()

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """Return a token with these claims; ``header`` changes or adds header fields, ``None`` leaves one out."""
        fields = {"alg": "RS256", "kid": self.key_id, "typ": "JWT"} | header
        fields = {name: value for name, value in fields.items() if value is not None}
        registry = JWSRegistry(algorithms=[fields["alg"]], strict_check_header=False)
        return jwt.encode(fields, claims, RSAKey.import_key(self.private_key), registry=registry)


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a good token, some of them changed or, with ``None``, left out."""
    content = claims_of(uid="uid-1", phone_number=PHONE, at=AT, project_id=PROJECT, **changes)
    return {name: value for name, value in content.items() if value is not None}


def segment(content: Any) -> str:
    """Return a header or a payload in base64url."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def refusal(prover: PhoneProver, token: str) -> str:
    """Return the reason for which the token is rejected."""
    with pytest.raises(Rejected) as caught:
        prover.verify(token, at=AT)
    return caught.value.reason
