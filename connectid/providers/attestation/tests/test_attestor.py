"""One suite for Play Integrity, against a fake Google, and for the sandbox (contract 5.1, 11; E-42)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import override_settings

from connectid.core import clock
from connectid.providers import attestation
from connectid.providers.attestation import Attestation, Attestor, sandbox
from connectid.providers.attestation.play import PlayAttestor
from connectid.providers.attestation.sandbox import SandboxAttestor, ordinary_payload
from connectid.providers.attestation.tests.fake_google import FakeGoogle
from connectid.providers.attestation.verdict import judge
from connectid.providers.errors import Rejected, Unavailable
from connectid.testing.fake_http import Answer

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PACKAGE = "org.commcare.dalvik"
HASH = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="


class Bench:
    """An attestor, and a way to get tokens that make it state or do what a test needs."""

    def __init__(self, attestor: Attestor, token: Callable[..., str]) -> None:
        self.attestor = attestor
        self.token = token

    def decode(self, token: str) -> Attestation:
        return self.attestor.decode(token=token, package=PACKAGE, deadline=5, claimed_hash=HASH)


@pytest.fixture(params=["play", "sandbox"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with clock.frozen(AT):
        if request.param == "sandbox":
            with override_settings(INTEGRITY_PROVIDER="sandbox"):
                yield Bench(attestation.pick(), sandbox.token)
            return
        google = request.getfixturevalue("google")

        def token(*, failure: str | None = None, **sections: dict[str, Any]) -> str:
            name = f"token-{len(google.tokens)}"
            payload = ordinary_payload(package=PACKAGE, request_hash=HASH, at=AT)
            for section, fields in sections.items():
                payload.setdefault(section, {}).update(fields)
            google.tokens[name] = {
                None: Answer(json={"tokenPayloadExternal": payload}),
                "rejected": Answer(400, json={"error": {"status": "INVALID_ARGUMENT"}}),
                "unavailable": Answer(503),
            }[failure]
            return name

        yield Bench(request.getfixturevalue("play"), token)


def accepted(statement: Attestation) -> bool:
    return (
        judge(
            statement,
            expected_hash=HASH,
            package=PACKAGE,
            allowed_packages=[PACKAGE],
            at=AT,
            fictitious=False,
            require_play_recognized=True,
        )
        is None
    )


def test_an_ordinary_token_states_a_genuine_phone(bench: Bench) -> None:
    statement = bench.decode(bench.token())
    assert accepted(statement)
    assert statement.timestamp_millis == 1_795_348_800_000
    assert statement.device_labels == {"MEETS_BASIC_INTEGRITY", "MEETS_DEVICE_INTEGRITY"}
    assert len(statement.certificate_digests) == 1


def test_a_token_may_state_anything_else(bench: Bench) -> None:
    statement = bench.decode(
        bench.token(
            requestDetails={"requestHash": "other", "requestPackageName": "a.b", "timestampMillis": "1"},
            appIntegrity={
                "packageName": "c.d",
                "appRecognitionVerdict": "UNEVALUATED",
                "certificateSha256Digest": [],
            },
            deviceIntegrity={"deviceRecognitionVerdict": []},
            accountDetails={"appLicensingVerdict": "UNLICENSED"},
        )
    )
    assert statement == Attestation(
        request_hash="other",
        request_package="a.b",
        timestamp_millis=1,
        app_package="c.d",
        app_recognition="UNEVALUATED",
        app_licensing="UNLICENSED",
    )


def test_fields_that_are_new_are_ignored(bench: Bench) -> None:  # E-42
    statement = bench.decode(
        bench.token(
            environmentDetails={"playProtectVerdict": "NO_ISSUES"},
            deviceIntegrity={
                "deviceAttributes": {"sdkVersion": 33},
                "recentDeviceActivity": {"deviceActivityLevel": "LEVEL_1"},
            },
        )
    )
    assert accepted(statement)


def test_a_bad_token_is_rejected(bench: Bench) -> None:
    with pytest.raises(Rejected):
        bench.decode(bench.token(failure="rejected"))


def test_an_outage_is_unavailable(bench: Bench) -> None:
    with pytest.raises(Unavailable):
        bench.decode(bench.token(failure="unavailable"))


@pytest.mark.parametrize(
    "fields",
    [None, "text", 5, [], {"requestHash": 5, "timestampMillis": "soon"}, {"timestampMillis": "9" * 30}],
)
def test_sections_of_another_shape_are_as_good_as_missing(fields: Any) -> None:  # E-42
    payload = dict.fromkeys(["requestDetails", "appIntegrity", "deviceIntegrity", "accountDetails"], fields)
    assert Attestation.from_answer({"tokenPayloadExternal": payload}) == Attestation()


@pytest.mark.parametrize(
    "answer", [None, "x", [], {}, {"tokenPayloadExternal": None}, {"tokenPayloadExternal": "x"}]
)
def test_an_answer_without_a_payload_is_rejected(answer: Any) -> None:  # E-42: a 500 on the reference
    with pytest.raises(Rejected):
        Attestation.from_answer(answer)


def test_the_sandbox_takes_any_opaque_token_as_ordinary() -> None:
    with clock.frozen(AT):
        statement = SandboxAttestor().decode(token="anything", package=PACKAGE, deadline=1, claimed_hash=HASH)
    assert accepted(statement)


@pytest.mark.parametrize("token", ["sandbox.", "sandbox.!", "sandbox.é", "sandbox.W10=", "sandbox.bnVsbA=="])
def test_a_broken_sandbox_token_is_rejected(token: str) -> None:
    with pytest.raises(Rejected):
        SandboxAttestor().decode(token=token, package=PACKAGE, deadline=1)


def test_the_settings_choose(google: FakeGoogle) -> None:
    with override_settings(INTEGRITY_PROVIDER="sandbox"):
        assert isinstance(attestation.pick(), SandboxAttestor)
        with override_settings(**google.settings()):
            assert isinstance(attestation.pick(), PlayAttestor)
            assert attestation.pick() is attestation.pick()
        assert isinstance(attestation.pick(), SandboxAttestor)
