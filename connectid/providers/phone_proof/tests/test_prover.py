"""One suite for Firebase, against a fake of Google's certificates, and for the sandbox (contract 5.2)."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectid.providers import phone_proof
from connectid.providers.errors import Rejected
from connectid.providers.phone_proof import INVALID_TOKEN, NO_PHONE, NO_UID, PhoneProver, ProvenPhone
from connectid.providers.phone_proof.firebase import FirebaseProver
from connectid.providers.phone_proof.sandbox import SandboxProver, claims_of, emulator_token
from connectid.providers.phone_proof.tests.firebase_tokens import (
    AT,
    PHONE,
    PROJECT,
    SigningKey,
    claims,
    refusal,
    segment,
)
from connectid.testing.fake_http import FakeHttpServer

NOW = int(AT.timestamp())

type Mint = Callable[[dict[str, Any]], str]


@pytest.fixture(params=["firebase", "sandbox"])
def prover_and_mint(request: pytest.FixtureRequest) -> tuple[PhoneProver, Mint]:
    if request.param == "firebase":
        return request.getfixturevalue("firebase"), request.getfixturevalue("key").sign
    return SandboxProver(PROJECT), emulator_token


@pytest.fixture
def prover(prover_and_mint: tuple[PhoneProver, Mint]) -> PhoneProver:
    return prover_and_mint[0]


@pytest.fixture
def mint(prover_and_mint: tuple[PhoneProver, Mint]) -> Mint:
    return prover_and_mint[1]


def test_a_good_token_proves_the_phone(prover: PhoneProver, mint: Mint) -> None:
    assert prover.verify(mint(claims()), at=AT) == ProvenPhone("uid-1", PHONE)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW - 59},
        {"iat": NOW + 60},
        {"auth_time": NOW + 60},
        {"auth_time": NOW - 10_000_000},  # signed in long ago, and the token renewed since
        {"something_new": {"a": [1]}},
        {"email": "a@example.org"},
    ],
)
def test_what_is_still_in_order(changes: dict[str, Any], prover: PhoneProver, mint: Mint) -> None:
    assert prover.verify(mint(claims(**changes)), at=AT).phone_number == PHONE


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW - 60},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"iat": NOW + 61},
        {"iat": None},
        {"iat": -5},
        {"auth_time": NOW + 61},
        {"auth_time": None},
        {"aud": "another-project"},
        {"aud": None},
        {"aud": [PROJECT]},
        {"aud": {}},
        {"iss": "https://securetoken.google.com/another-project"},
        {"iss": f"https://session.firebase.google.com/{PROJECT}"},
        {"iss": f"http://securetoken.google.com/{PROJECT}"},
        {"iss": None},
        {"iss": 5},
    ],
)
def test_claims_that_are_not_in_order(changes: dict[str, Any], prover: PhoneProver, mint: Mint) -> None:
    assert refusal(prover, mint(claims(**changes))) == INVALID_TOKEN


def test_a_whole_token_of_another_project(prover: PhoneProver, mint: Mint) -> None:
    theirs = claims_of(uid="uid-1", phone_number=PHONE, at=AT, project_id="another-project")
    assert refusal(prover, mint(theirs)) == INVALID_TOKEN


@pytest.mark.parametrize("uid", [None, "", 5, "x" * 129])
def test_a_token_without_an_account(uid: Any, prover: PhoneProver, mint: Mint) -> None:
    assert refusal(prover, mint(claims(sub=uid))) == NO_UID


@pytest.mark.parametrize("phone_number", [None, "", 5])
def test_a_token_without_a_phone_number(phone_number: Any, prover: PhoneProver, mint: Mint) -> None:
    content = claims()
    content["phone_number"] = phone_number
    assert refusal(prover, mint(content)) == NO_PHONE


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "é.é.é",
        "\ud800.a.b",
        "x" * 20_000,
        f"{segment([])}.{segment({})}.",
        f"{segment(['alg'])}.{segment({})}.",
        f"{segment({'alg': 'none'})}.{segment([])}.",
        f"{segment({'alg': 'none'})}.{segment(5)}.",
        f"{segment({'alg': 'RS256', 'kid': 'key-1'})}.{segment('x')}.AAAA",
        f"{segment({'alg': ['RS256'], 'kid': 'key-1'})}.{segment({})}.AAAA",
        base64.urlsafe_b64encode(b"[" * 9_000).decode() + ".e30.",
    ],
)
def test_what_is_no_token(token: str, prover: PhoneProver) -> None:
    assert refusal(prover, token) == INVALID_TOKEN


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_token_is_refused(data: st.DataObject, prover_and_mint: tuple[PhoneProver, Mint]) -> None:
    prover, mint = prover_and_mint
    token = mint(claims())
    at = data.draw(st.integers(0, token.rindex(".") - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda character: character != token[at]))
    damaged = token[:at] + other + token[at + 1 :]
    try:
        proven = prover.verify(damaged, at=AT)
    except Rejected:
        return
    # Only the unsigned token can be changed and stay good, and then it says what was changed.
    assert isinstance(prover, SandboxProver)
    assert proven is not None


def test_a_signed_token_means_nothing_to_the_sandbox(key: SigningKey) -> None:
    assert refusal(SandboxProver(PROJECT), key.sign(claims())) == INVALID_TOKEN
    header, payload, _ = emulator_token(claims()).split(".")
    assert refusal(SandboxProver(PROJECT), f"{header}.{payload}.AAAA") == INVALID_TOKEN


def test_a_sandbox_without_a_project_takes_any() -> None:
    token = emulator_token(claims_of(uid="u", phone_number=PHONE, at=AT))
    assert SandboxProver().verify(token, at=AT) == ProvenPhone("u", PHONE)
    assert (
        refusal(SandboxProver(), emulator_token(claims(iss="https://securetoken.google.com/x")))
        == INVALID_TOKEN
    )


@pytest.mark.parametrize(
    ("environment", "project", "emulator", "kind"),
    [
        ("embedded", "", "", SandboxProver),
        ("embedded", "", "127.0.0.1:9099", SandboxProver),
        ("embedded", PROJECT, "127.0.0.1:9099", SandboxProver),
        ("embedded", PROJECT, "", FirebaseProver),
        ("test", PROJECT, "", FirebaseProver),
        ("production", PROJECT, "", FirebaseProver),
        ("production", PROJECT, "127.0.0.1:9099", FirebaseProver),
    ],
)
def test_the_settings_choose(environment: str, project: str, emulator: str, kind: type[PhoneProver]) -> None:
    with override_settings(
        ENVIRONMENT=environment, FIREBASE_PROJECT_ID=project, FIREBASE_AUTH_EMULATOR_HOST=emulator
    ):
        assert type(phone_proof.pick()) is kind
        assert phone_proof.pick() is phone_proof.pick()


def test_unsigned_tokens_are_taken_only_where_an_emulator_is_named(google: FakeHttpServer) -> None:
    token = emulator_token(claims())
    with override_settings(FIREBASE_PROJECT_ID=PROJECT, FIREBASE_CERTS_URL=google.url):
        assert refusal(phone_proof.pick(), token) == INVALID_TOKEN
        with override_settings(FIREBASE_AUTH_EMULATOR_HOST="127.0.0.1:9099"):
            assert phone_proof.pick().verify(token, at=AT).uid == "uid-1"
            with override_settings(ENVIRONMENT="production"):
                assert refusal(phone_proof.pick(), token) == INVALID_TOKEN


@pytest.mark.parametrize("emulator", ["", "127.0.0.1:9099"])
def test_production_has_no_sandbox(emulator: str) -> None:
    with override_settings(
        ENVIRONMENT="production", FIREBASE_PROJECT_ID="", FIREBASE_AUTH_EMULATOR_HOST=emulator
    ):
        with pytest.raises(ImproperlyConfigured):
            phone_proof.pick()
        with pytest.raises(ImproperlyConfigured):
            SandboxProver(PROJECT)
