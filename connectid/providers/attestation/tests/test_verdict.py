"""Contract 5.1's verdict checks and their order; E-40, E-41: replay and tampering."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectid.providers.attestation import Attestation
from connectid.providers.attestation.verdict import Problem, SubCode, judge

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PACKAGE = "org.commcare.dalvik"
HASH = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="
GOOD = Attestation(
    request_hash=HASH,
    request_package=PACKAGE,
    timestamp_millis=int(AT.timestamp() * 1000),
    app_package=PACKAGE,
    app_recognition="PLAY_RECOGNIZED",
    certificate_digests=("digest",),
    device_labels=frozenset({"MEETS_DEVICE_INTEGRITY"}),
    app_licensing="LICENSED",
)


def verdict(attestation: Attestation, **changes: Any) -> Problem | None:
    terms: dict[str, Any] = {
        "expected_hash": HASH,
        "package": PACKAGE,
        "allowed_packages": (PACKAGE, "org.commcare.lts"),
        "at": AT,
        "fictitious": False,
    }
    return judge(attestation, **(terms | changes))


def millis(delta: timedelta) -> int:
    return int((AT + delta).timestamp() * 1000)


def test_a_genuine_phone_and_app_pass() -> None:
    assert verdict(GOOD) is None


@pytest.mark.parametrize(
    ("changes", "sub_code", "reason"),
    [
        ({"request_hash": "A" + HASH[1:]}, SubCode.REQUEST, "other_request"),
        ({"request_hash": None}, SubCode.REQUEST, "other_request"),
        ({"request_hash": ""}, SubCode.REQUEST, "other_request"),
        ({"request_package": "org.commcare.lts"}, SubCode.REQUEST, "other_request_package"),
        ({"request_package": None}, SubCode.REQUEST, "other_request_package"),
        ({"timestamp_millis": None}, SubCode.REQUEST, "stale"),
        ({"timestamp_millis": 0}, SubCode.REQUEST, "stale"),
        ({"timestamp_millis": 10**17}, SubCode.REQUEST, "stale"),
        ({"timestamp_millis": -(10**30)}, SubCode.REQUEST, "stale"),
        ({"timestamp_millis": millis(timedelta(minutes=-10, milliseconds=-1))}, SubCode.REQUEST, "stale"),
        ({"timestamp_millis": millis(timedelta(minutes=1, milliseconds=1))}, SubCode.REQUEST, "stale"),
        ({"app_package": "org.evil.copy"}, SubCode.APP, "other_app_package"),
        ({"app_package": None}, SubCode.APP, "other_app_package"),
        ({"device_labels": frozenset()}, SubCode.DEVICE, "device_not_genuine"),
        ({"device_labels": frozenset({"MEETS_BASIC_INTEGRITY"})}, SubCode.DEVICE, "device_not_genuine"),
        ({"device_labels": frozenset({"MEETS_VIRTUAL_INTEGRITY"})}, SubCode.DEVICE, "device_not_genuine"),
        ({"app_licensing": "UNLICENSED"}, SubCode.LICENSE, "unlicensed"),
    ],
)
def test_each_thing_that_is_wrong_has_its_sub_code(
    changes: dict[str, Any], sub_code: SubCode, reason: str
) -> None:
    assert verdict(replace(GOOD, **changes)) == Problem(sub_code, reason)


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp_millis": millis(timedelta(minutes=-10))},
        {"timestamp_millis": millis(timedelta(minutes=1))},
        {"app_licensing": "UNEVALUATED"},  # contract 5.1: passes
        {"app_licensing": None},
        {"app_recognition": "UNRECOGNIZED_VERSION"},
        {"device_labels": frozenset({"MEETS_STRONG_INTEGRITY", "MEETS_DEVICE_INTEGRITY", "SOMETHING_NEW"})},
    ],
)
def test_what_is_still_good_enough(changes: dict[str, Any]) -> None:
    assert verdict(replace(GOOD, **changes)) is None


def test_the_sub_codes_are_those_the_app_knows() -> None:  # contract 5.1, 17.7
    assert set(SubCode) == {
        "INTEGRITY_REQUEST_ERROR", "APP_INTEGRITY_ERROR", "DEVICE_INTEGRITY_ERROR", "UNLICENSED_APP_ERROR",
    }  # fmt: skip


def test_the_first_problem_in_the_contract_s_order_is_named() -> None:
    wrong: list[dict[str, Any]] = [
        {"app_licensing": "UNLICENSED"},
        {"device_labels": frozenset()},
        {"app_package": None},
        {"request_hash": None},
    ]
    attestation, found = GOOD, []
    for changes in wrong:
        attestation = replace(attestation, **changes)
        problem = verdict(attestation)
        assert problem is not None
        found.append(problem.sub_code)
    assert found == [SubCode.LICENSE, SubCode.DEVICE, SubCode.APP, SubCode.REQUEST]


def test_a_claim_of_no_hash_does_not_match_a_token_bound_to_nothing() -> None:
    assert verdict(replace(GOOD, request_hash=""), expected_hash="") == Problem(
        SubCode.REQUEST, "other_request"
    )


def test_a_package_of_another_publisher_is_refused_although_its_token_is_sound() -> None:  # E-41
    theirs = replace(GOOD, request_package="org.evil.copy", app_package="org.evil.copy")
    assert verdict(theirs, package="org.evil.copy") == Problem(SubCode.APP, "unknown_app")


def test_recognition_by_play_can_be_required() -> None:  # E-41
    sideloaded = replace(GOOD, app_recognition="UNRECOGNIZED_VERSION")
    assert verdict(GOOD, require_play_recognized=True) is None
    assert verdict(sideloaded, require_play_recognized=True) == Problem(SubCode.APP, "app_not_recognized")


def test_certificates_can_be_listed() -> None:  # E-41
    assert verdict(GOOD, allowed_certificates=["another", "digest"]) is None
    assert verdict(GOOD, allowed_certificates=["another"]) == Problem(SubCode.APP, "unknown_certificate")


def test_the_age_can_be_chosen() -> None:
    old = replace(GOOD, timestamp_millis=millis(timedelta(minutes=-11)))
    assert verdict(old, max_age=timedelta(minutes=11)) is None


def test_a_demo_number_may_use_an_emulator_and_needs_no_licence() -> None:  # contract 5.1
    emulator = replace(GOOD, device_labels=frozenset({"MEETS_VIRTUAL_INTEGRITY"}), app_licensing="UNLICENSED")
    assert verdict(emulator, fictitious=True) is None
    nothing = replace(emulator, device_labels=frozenset())
    assert verdict(nothing, fictitious=True) == Problem(SubCode.DEVICE, "device_not_genuine")


@given(
    st.builds(
        Attestation,
        request_hash=st.none() | st.text(),
        request_package=st.none() | st.text(),
        timestamp_millis=st.none() | st.integers(),
        app_package=st.none() | st.text(),
        device_labels=st.frozensets(st.text()),
        app_licensing=st.none() | st.text(),
    )
)
def test_nothing_google_could_say_raises(attestation: Attestation) -> None:
    assert verdict(attestation) is not None
