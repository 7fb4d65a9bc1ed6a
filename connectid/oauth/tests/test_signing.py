"""Signing and reading id tokens: what we signed comes back, every forgery does not (safety, section 4: negative set)."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey

from connectid.core import clock
from connectid.oauth import signing
from connectid.oauth.models import SigningKey
from connectid.oauth.operations import signing_keys
from connectid.oauth.queries import signing_keys as queries

pytestmark = pytest.mark.django_db


def claims(**changed: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    made = {"iss": signing.issuer(), "aud": "client", "sub": "subject", "iat": now, "exp": now + 36_000}
    return {name: value for name, value in (made | changed).items() if value is not None}


def read(token: str) -> dict[str, Any] | None:
    return signing.read(token, at=clock.now())


def our_key() -> RSAKey:
    (kid,) = SigningKey.objects.values_list("kid", flat=True)
    return RSAKey.import_key(queries.private_key(kid))


def test_what_we_sign_we_read() -> None:
    made = claims()
    token = signing.sign(made, at=clock.now())
    header = jws.extract_compact(token.encode()).headers()
    assert header == {"typ": "JWT", "alg": "RS256", "kid": our_key().thumbprint()}
    assert read(token) == made


def test_an_expired_token() -> None:
    now = int(clock.now().timestamp())
    token = signing.sign(claims(iat=now - 60, exp=now - 1), at=clock.now())
    assert read(token) is None
    assert signing.read(token, at=clock.now(), may_be_expired=True) is not None


def test_a_key_that_was_rotated_out_still_verifies() -> None:
    with clock.frozen() as time:
        old = signing.sign(claims(), at=time.at)
        signing_keys.rotate(at=time.at, at_once=True)
        time.advance(seconds=1)
        new = signing.sign(claims(), at=time.at)
        assert read(old) is not None
        assert read(new) is not None
        assert jws.extract_compact(old.encode()).headers() != jws.extract_compact(new.encode()).headers()


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example/o"},
        {"iss": f"{signing.issuer()}/"},
        {"iss": None},
        {"aud": None},
        {"aud": []},
        {"sub": None},
        {"sub": 7},
        {"iat": None},
        {"iat": int((clock.now() + timedelta(days=1)).timestamp())},
        {"exp": None},
        {"exp": "tomorrow"},
    ],
)
def test_wrong_claims(changed: dict[str, Any]) -> None:
    assert read(signing.sign(claims(**changed), at=clock.now())) is None


def encoded(part: bytes | dict[str, Any]) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_no_signature() -> None:
    signing.sign(claims(), at=clock.now())
    kid = our_key().thumbprint()
    for algorithm in ("none", "None", "NONE", "nOnE"):
        header = encoded({"alg": algorithm, "kid": kid})
        assert read(f"{header}.{encoded(claims())}.") is None


def test_our_public_key_is_no_shared_secret() -> None:
    """HS256 with the published key (RFC 8725, section 2.1)."""
    signing.sign(claims(), at=clock.now())
    kid = our_key().thumbprint()
    public = our_key().as_pem(private=False)
    token = jwt.encode({"alg": "HS256", "kid": kid}, claims(), OctKey.import_key(base64.b64encode(public)))
    assert read(token) is None


def test_somebody_else_s_key() -> None:
    signing.sign(claims(), at=clock.now())
    foreign = RSAKey.generate_key(2048)
    ours = our_key().thumbprint()
    registry = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)
    header: dict[str, Any]
    for header in (
        {"kid": foreign.thumbprint()},
        {"kid": ours},
        {},
        {"kid": "../../etc/passwd"},
        {"kid": ours, "jwk": foreign.as_dict(private=False)},
        {"kid": ours, "jku": "https://evil.example/jwks.json"},
        {"kid": ours, "x5u": "https://evil.example/chain.pem"},
    ):
        token = jwt.encode({"alg": "RS256", **header}, claims(), foreign, registry=registry)
        assert read(token) is None, header


def test_a_header_that_brings_its_key_is_refused_though_we_signed() -> None:
    signing.sign(claims(), at=clock.now())
    registry = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)
    header = {"alg": "RS256", "kid": our_key().thumbprint(), "jku": "https://evil.example/jwks.json"}
    assert read(jwt.encode(header, claims(), our_key(), registry=registry)) is None


def test_another_algorithm_of_our_key() -> None:
    signing.sign(claims(), at=clock.now())
    header = {"alg": "RS512", "kid": our_key().thumbprint()}
    assert read(jwt.encode(header, claims(), our_key(), algorithms=["RS512"])) is None


def test_an_altered_token() -> None:
    header, payload, signature = signing.sign(claims(), at=clock.now()).split(".")
    other = encoded(claims(sub="somebody else"))
    assert read(f"{header}.{other}.{signature}") is None
    assert read(f"{header}.{payload}.{signature[:-4]}AAAA") is None
    assert read(f"{header}.{payload}.") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "x" * 9000,
        "ü.ü.ü",
        f"{encoded(b'[' * 3000)}.e30.e30",
        f"{encoded(b'[]')}.e30.e30",
        f"{encoded(b'null')}.e30.e30",
        f"{encoded({'alg': 'RS256', 'kid': None})}.e30.e30",
        f"{encoded({'alg': ['RS256'], 'kid': 'x'})}.e30.e30",
        f"{encoded({'alg': 'RS256', 'kid': 7})}.e30.e30",
        f"{encoded({'alg': 'RS256', 'kid': 'x', 'crit': ['b64'], 'b64': False})}.e30.e30",
    ],
)
def test_anything_else(text: str) -> None:
    signing_keys.keys(at=clock.now())
    assert read(text) is None
