"""Checking without us: whatever is not exactly ours and valid is refused, and says why."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto import jwk, jws

from connectid.core import clock
from connectid.credentials import checking
from connectid.credentials.checking import NotGenuine
from connectid.credentials.models import Award
from connectid.credentials.operations import revoking
from connectid.credentials.tests.verifying import fetch, published, verified
from connectid.oauth.key_uses import VERIFIABLE_CREDENTIAL
from connectid.oauth.operations import signing_keys
from connectid.testing.issuers import new_award, new_issuer
from connectid.testing.scene import EnrolledPhone, new_phone


@dataclass
class Shown:
    """A credential that somebody shows, and what was kept to check it."""

    token: str
    keys: dict[str, Any]
    status_list: str
    award: Award
    phone: EnrolledPhone

    def reason(self, token: str | None = None, **changes: Any) -> str:
        """Why it is refused."""
        given: dict[str, Any] = {"keys": self.keys, "at": clock.now()} | changes
        with pytest.raises(NotGenuine) as refused:
            checking.check(self.token if token is None else token, **given)
        return refused.value.reason


@pytest.fixture
def shown(client: Client, db: None) -> Shown:
    phone = new_phone()
    award = new_award(new_issuer(), phone.account.pk)
    token = fetch(client, phone, award)
    return Shown(token, published(client), client.get("/credentials/status/1").content.decode(), award, phone)


def forge(header: dict[str, Any], payload: dict[str, Any], key: jwk.JWK) -> str:
    signed = jws.JWS(json.dumps(payload))
    signed.allowed_algs = [header["alg"]]
    signed.add_signature(key, None, json.dumps(header))
    return str(signed.serialize(compact=True))


def test_genuine(shown: Shown) -> None:
    found = checking.check(f"{shown.token}\n", keys=shown.keys, at=clock.now(), status_list=shown.status_list)
    assert found.revocation_checked
    assert found.credential["jti"] == f"urn:uuid:{shown.award.uuid}"
    assert not checking.check(shown.token, keys=shown.keys, at=clock.now()).revocation_checked


def test_revoked(client: Client, shown: Shown) -> None:
    revoking.revoke(award_ids=[shown.award.pk], reason="test", at=clock.now())
    newer = client.get("/credentials/status/1").content.decode()
    assert shown.reason(status_list=newer) == "revoked"


def test_too_late_or_too_early(shown: Shown) -> None:
    assert shown.reason(at=clock.now() + timedelta(days=366)) == "expired"
    assert shown.reason(at=shown.award.awarded_at - timedelta(minutes=2)) == "not_yet_valid"
    assert shown.reason(at=clock.now() + timedelta(days=8), status_list=shown.status_list) == "expired"


def test_other_keys(client: Client, shown: Shown) -> None:
    signing_keys.replace_all(at=clock.now(), use=VERIFIABLE_CREDENTIAL)
    unknown: list[dict[str, Any]] = [published(client), {"keys": []}, {}, {"keys": [None, 7, {}]}]
    for keys in unknown:
        assert shown.reason(keys=keys) == "unknown_key"


def test_forged(shown: Shown) -> None:
    """Another key under our name, a key that came along, other algorithms, no signature at all."""
    header, payload = verified(shown.token, shown.keys)
    stranger = jwk.JWK.generate(kty="EC", crv="P-256")
    own = json.loads(stranger.export_public())
    assert shown.reason(forge(header, payload, stranger)) == "not_signed"
    assert shown.reason(forge(header | {"jwk": own}, payload, stranger)) == "not_signed"
    secret = jwk.JWK(kty="oct", k=shown.keys["keys"][0]["x"])
    assert shown.reason(forge(header | {"alg": "HS256"}, payload, secret)) == "not_signed"
    unsigned = shown.token.split(".")
    none = "eyJhbGciOiJub25lIiwidHlwIjoidmMrand0In0"
    assert shown.reason(f"{none}.{unsigned[1]}.") == "not_signed"
    parts = shown.token.split(".")
    other = jws.base64url_encode(json.dumps(payload | {"name": "Surgeon"}))
    assert shown.reason(f"{parts[0]}.{other}.{parts[2]}") == "not_signed"


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "x" * (checking.LONGEST + 1), "\ud800", "{}"])
def test_no_credential(shown: Shown, text: str) -> None:
    assert shown.reason(text) in {"not_signed", "malformed"}


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    with pytest.raises(NotGenuine):
        checking.check(text, keys={"keys": []}, at=clock.now())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": ["Letter"]}, "no_credential"),
        ({"@context": ["https://example.org"]}, "no_credential"),
        ({"issuer": 7}, "no_credential"),
        ({"iss": "https://other.example"}, "no_credential"),
        ({"jti": "urn:uuid:other"}, "no_credential"),
        ({"credentialSubject": None}, "no_credential"),
        ({"validFrom": "yesterday"}, "no_credential"),
        ({"validUntil": "2020-01-01T00:00:00Z"}, "expired"),
        ({"exp": 1}, "expired"),
    ],
)
def test_signed_but_not_as_it_should_be(change: dict[str, Any], reason: str, shown: Shown) -> None:
    key = jwk.JWK.generate(kty="EC", crv="P-256", kid="k")
    keys = {"keys": [json.loads(key.export_public())]}
    header, payload = verified(shown.token, shown.keys)
    assert shown.reason(forge(header | {"kid": "k"}, payload | change, key), keys=keys) == reason
    typed_otherwise = forge(header | {"kid": "k", "typ": "JWT"}, payload, key)
    assert shown.reason(typed_otherwise, keys=keys) == "not_signed"  # an id token, say


@pytest.mark.parametrize(
    "change",
    [
        lambda listed: listed | {"id": "https://other.example/list", "jti": "https://other.example/list"},
        lambda listed: listed | {"type": ["VerifiableCredential"]},
        lambda listed: (
            listed | {"credentialSubject": listed["credentialSubject"] | {"statusPurpose": "suspension"}}
        ),
        lambda listed: listed | {"credentialSubject": listed["credentialSubject"] | {"encodedList": "uAAAA"}},
        lambda listed: listed | {"issuer": "https://other.example", "iss": "https://other.example"},
    ],
)
def test_another_list(change: Callable[[dict[str, Any]], dict[str, Any]], shown: Shown) -> None:
    key = jwk.JWK.generate(kty="EC", crv="P-256", kid="k")
    keys = {"keys": [*shown.keys["keys"], json.loads(key.export_public())]}
    header, listed = verified(shown.status_list, shown.keys)
    forged = forge(header | {"kid": "k"}, change(listed), key)
    assert shown.reason(keys=keys, status_list=forged) == "other_list"
    assert shown.reason(status_list=shown.token) == "other_list"
