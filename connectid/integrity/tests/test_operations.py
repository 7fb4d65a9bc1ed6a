"""What every endpoint that takes an attestation relies on (contract 5.1, E-40 to E-42)."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import Settings

from connectid.core import clock, phone
from connectid.integrity import errors, operations
from connectid.integrity.attested import Presented, Verdict
from connectid.integrity.models import SeenToken
from connectid.providers.attestation.request_hash import request_hash
from connectid.providers.attestation.sandbox import token
from connectid.providers.concurrently import Done, Failed, at_once
from connectid.providers.errors import Unavailable

pytestmark = pytest.mark.django_db

BODY = {"phone_number": "+255712345678", "application_id": "org.commcare.dalvik", "device": "A/B"}
PACKAGE = "org.commcare.dalvik"
VIRTUAL: Any = {"deviceIntegrity": {"deviceRecognitionVerdict": ["MEETS_VIRTUAL_INTEGRITY"]}}


def presented(shown: str = "t", body: dict[str, Any] | None = None, **changes: Any) -> Presented:
    body = BODY if body is None else body
    genuine = Presented(token=shown, claimed_hash=request_hash(body), package=PACKAGE, body=body)
    return replace(genuine, **changes)


def assess(what: Presented, number: str = "+255712345678") -> Verdict:
    return operations.assess(what, number=phone.parse(number), at=clock.now(), deadline=5)


def refused_with(verdict: Verdict) -> type[Exception] | None:
    return None if verdict.refusal is None else type(verdict.refusal)


@pytest.mark.parametrize(
    ("stated", "refusal", "sub_code"),
    [
        ({}, None, None),
        (
            {"requestDetails": {"requestHash": "other"}},
            errors.RequestNotGenuine,
            "INTEGRITY_REQUEST_ERROR",
        ),
        (
            {"requestDetails": {"requestPackageName": "other"}},
            errors.RequestNotGenuine,
            "INTEGRITY_REQUEST_ERROR",
        ),
        ({"appIntegrity": {"packageName": "other"}}, errors.AppNotGenuine, "APP_INTEGRITY_ERROR"),
        (
            {"deviceIntegrity": {"deviceRecognitionVerdict": ["MEETS_BASIC_INTEGRITY"]}},
            errors.DeviceNotGenuine,
            "DEVICE_INTEGRITY_ERROR",
        ),
        (
            {"accountDetails": {"appLicensingVerdict": "UNLICENSED"}},
            errors.AppNotLicensed,
            "UNLICENSED_APP_ERROR",
        ),
    ],
)
def test_each_verdict_has_the_sub_code_of_the_contract(
    stated: dict[str, Any], refusal: type[errors.NotGenuine] | None, sub_code: str | None
) -> None:
    verdict = assess(presented(token(**stated)))
    assert refused_with(verdict) is refusal
    if verdict.refusal is not None:
        assert (verdict.refusal.code, verdict.refusal.sub_code) == ("INTEGRITY_ERROR", sub_code)


def test_every_refusal_that_an_endpoint_may_declare_has_a_sub_code() -> None:
    """4.1: an INTEGRITY_ERROR without one crashes the app."""
    assert {error.sub_code for error in errors.NOT_GENUINE} == {
        "INTEGRITY_REQUEST_ERROR",
        "APP_INTEGRITY_ERROR",
        "DEVICE_INTEGRITY_ERROR",
        "UNLICENSED_APP_ERROR",
    }


@pytest.mark.parametrize("missing", [{"token": ""}, {"claimed_hash": ""}])
def test_missing_headers_are_found_without_a_call(missing: dict[str, Any]) -> None:
    verdict = assess(presented(**missing))
    assert refused_with(verdict) is errors.MissingIntegrityHeaders
    assert verdict.attestation is None


@pytest.mark.parametrize("package", ["com.example", "", "../../v2/evil", "org.commcare.dalvik/../x"])
def test_a_package_that_is_not_ours_is_found_without_a_call(package: str) -> None:
    """E-41: the package becomes part of Google's address."""
    verdict = assess(presented(package=package))
    assert refused_with(verdict) is errors.AppNotGenuine
    assert verdict.attestation is None


@pytest.mark.parametrize("failure", ["rejected", "unavailable"])
def test_a_failure_of_google_is_one_of_ours(failure: str) -> None:
    verdict = assess(presented(token(failure=failure)))
    assert refused_with(verdict) is errors.IntegrityServiceUnavailable


def test_an_emulator_is_a_device_for_a_fictitious_number() -> None:
    assert assess(presented(token(**VIRTUAL)), "+74260000001").passed
    assert not assess(presented(token(**VIRTUAL), body={"a": 1}), "+255712345678").passed


def test_decoding_runs_beside_other_calls() -> None:
    """As start_configuration does; the outcome holds whatever the call raised."""
    good, bad = presented(), presented("")
    outcomes = at_once(
        5, good=lambda: operations.decode(good, deadline=5), bad=lambda: operations.decode(bad, deadline=5)
    )
    now = clock.now()
    assert operations.conclude(good, outcomes["good"], number=None, at=now).passed
    refused = operations.conclude(bad, outcomes["bad"], number=None, at=now)
    assert refused_with(refused) is errors.MissingIntegrityHeaders
    late = operations.conclude(good, Failed(Unavailable("deadline")), number=None, at=now)
    assert refused_with(late) is errors.IntegrityServiceUnavailable


def test_a_fault_is_not_taken_for_a_verdict() -> None:
    with pytest.raises(ZeroDivisionError):
        operations.conclude(presented(), Failed(ZeroDivisionError()), number=None, at=clock.now())


def test_what_is_refused_is_not_remembered(settings: Settings) -> None:
    """Else anybody could fill the table, and a phone that repeats a request after an outage would be a replay."""
    settings.INTEGRITY_STRICT = True
    assess(presented(token(deviceIntegrity={"deviceRecognitionVerdict": []})))
    assess(presented(token(failure="unavailable")))
    assert not SeenToken.objects.exists()


def test_the_token_itself_is_not_kept() -> None:
    assess(presented("a-token"))
    kept = SeenToken.objects.get()
    assert len(kept.digest) == 64
    assert "a-token" not in kept.digest


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(5))
def test_of_sixteen_parallel_presentations_one_passes(settings: Settings, round_: int) -> None:
    """E-41: a token is unique for 24 hours."""
    settings.INTEGRITY_STRICT = True
    what = presented(token(nonce={"round": round_}))
    stated = operations.decode(what, deadline=5)
    number = phone.parse("+255712345678")

    def present(_: int) -> Verdict:
        try:
            return operations.conclude(what, Done(stated), number=number, at=clock.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as threads:
        verdicts = list(threads.map(present, range(16)))
    assert sum(verdict.passed for verdict in verdicts) == 1
    assert {verdict.reason for verdict in verdicts} == {"", "replayed"}
    assert SeenToken.objects.count() == 1


bodies = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    min_size=1,
    max_size=5,
)


class Tampering(TestCase):
    """A genuine request passes however it is written on the wire; any other one does not."""

    @given(bodies)
    def test_a_genuine_request_passes(self, body: dict[str, str]) -> None:
        received = json.loads(json.dumps(body))
        with self.settings(INTEGRITY_STRICT=True):
            SeenToken.objects.all().delete()
            assert assess(presented(body=received)).passed

    @given(bodies, st.data())
    def test_a_changed_request_does_not(self, body: dict[str, str], data: st.DataObject) -> None:
        genuine = presented(body=body)
        mutation = data.draw(st.sampled_from(["value", "key", "added", "removed", "hash", "package"]))
        name = data.draw(st.sampled_from(sorted(body)))
        changed = dict(body)
        match mutation:
            case "value":
                changed[name] += "x"
            case "key":
                changed[name + "x"] = changed.pop(name)
            case "added":
                changed["added by somebody"] = ""
            case "removed":
                del changed[name]
        tampered = replace(genuine, body=changed)
        if mutation == "hash":
            tampered = replace(tampered, claimed_hash=request_hash({"another": "request"}))
        if mutation == "package":
            tampered = replace(tampered, package="org.commcare.lts")
        stated = operations.decode(genuine, deadline=5)
        with self.settings(INTEGRITY_STRICT=True):
            verdict = operations.conclude(tampered, Done(stated), number=None, at=clock.now())
        assert isinstance(verdict.refusal, errors.RequestNotGenuine)
