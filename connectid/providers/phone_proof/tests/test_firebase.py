"""What a forged or foreign token meets, and what an outage of Google's certificates does (contract 5.2)."""

import base64
import hashlib
import hmac
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connectid.providers.errors import Unavailable
from connectid.providers.phone_proof import INVALID_TOKEN
from connectid.providers.phone_proof.firebase import FirebaseProver
from connectid.providers.phone_proof.sandbox import emulator_token
from connectid.providers.phone_proof.tests.firebase_tokens import (
    AT,
    SigningKey,
    claims,
    refusal,
    segment,
)
from connectid.testing.fake_http import Answer, FakeHttpServer

ANOTHER_KEY = SigningKey("key-1")  # of the same name


def test_an_unsigned_token_proves_nothing_to_firebase(firebase: FirebaseProver, key: SigningKey) -> None:
    assert refusal(firebase, emulator_token(claims())) == INVALID_TOKEN
    header, payload, signature = key.sign(claims()).split(".")
    none = segment({"alg": "none", "kid": key.key_id, "typ": "JWT"})
    assert refusal(firebase, f"{none}.{payload}.") == INVALID_TOKEN
    assert refusal(firebase, f"{none}.{payload}.{signature}") == INVALID_TOKEN
    assert refusal(firebase, f"{header}.{payload}.") == INVALID_TOKEN


@pytest.mark.parametrize("alg", ["None", "NONE", "nOnE", "RS384", "PS256", "ES256", "rs256", "", None])
def test_only_rs256_is_an_algorithm(alg: str | None, firebase: FirebaseProver, key: SigningKey) -> None:
    _, payload, signature = key.sign(claims()).split(".")
    header = segment({"alg": alg, "kid": key.key_id})
    assert refusal(firebase, f"{header}.{payload}.{signature}") == INVALID_TOKEN


@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256"])
def test_the_right_key_with_another_algorithm(alg: str, firebase: FirebaseProver, key: SigningKey) -> None:
    assert refusal(firebase, key.sign(claims(), alg=alg)) == INVALID_TOKEN


def test_the_public_key_is_no_shared_secret(firebase: FirebaseProver, key: SigningKey) -> None:
    public_key = key.private_key.public_key()
    for secret in (
        key.certificate.encode(),
        public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ):
        signed = f"{segment({'alg': 'HS256', 'kid': key.key_id, 'typ': 'JWT'})}.{segment(claims())}"
        digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        signature = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        assert refusal(firebase, f"{signed}.{signature}") == INVALID_TOKEN


def test_a_signature_of_another_key(firebase: FirebaseProver) -> None:
    assert refusal(firebase, ANOTHER_KEY.sign(claims())) == INVALID_TOKEN


@pytest.mark.parametrize("key_id", ["key-2", "", None, 5, ["key-1"]])
def test_an_unknown_key_id(key_id: Any, firebase: FirebaseProver, key: SigningKey) -> None:
    _, payload, signature = key.sign(claims()).split(".")
    header = segment({"alg": "RS256", "kid": key_id})
    assert refusal(firebase, f"{header}.{payload}.{signature}") == INVALID_TOKEN


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "https://evil.example/keys"},
        {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}},
        {"x5u": "https://evil.example/chain"},
        {"x5c": [ANOTHER_KEY.certificate]},
    ],
)
def test_a_token_that_brings_its_own_key(
    header: dict[str, Any], firebase: FirebaseProver, key: SigningKey
) -> None:
    own = {"alg": "RS256", "kid": key.key_id} | header
    signed = ANOTHER_KEY.sign(claims(), **own)
    assert refusal(firebase, signed) == INVALID_TOKEN
    assert refusal(firebase, key.sign(claims(), **header)) == INVALID_TOKEN


def test_a_header_field_that_is_new_is_ignored(firebase: FirebaseProver, key: SigningKey) -> None:
    assert firebase.verify(key.sign(claims(), cty="x", new=1), at=AT).uid == "uid-1"


def test_a_token_of_another_project_costs_no_request(
    firebase: FirebaseProver, key: SigningKey, google: FakeHttpServer
) -> None:
    refusal(firebase, key.sign(claims(aud="another-project")))
    refusal(firebase, key.sign(claims(exp=int(AT.timestamp()) - 3600)))
    assert google.requests == []


def test_without_certificates_a_good_token_is_unavailable(
    firebase: FirebaseProver, key: SigningKey, google: FakeHttpServer
) -> None:
    # Contract 5.2: 503, not 400.
    google.answers(Answer(503))
    with pytest.raises(Unavailable):
        firebase.verify(key.sign(claims()), at=AT)
