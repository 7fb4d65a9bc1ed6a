"""``POST /users/report_integrity`` (contract 5.14, E-40 to E-44)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries, Settings

from connectid.core import clock
from connectid.integrity.models import IntegrityReport, SeenToken
from connectid.integrity.tests.phones import INSTALLATION, URL, attested, report, send
from connectid.providers.attestation.sandbox import token
from connectid.testing.scene import basic

pytestmark = pytest.mark.django_db

PASSED = {"result_code": "passed"}
FAILED = {"result_code": "failed"}
NO_RESULT = {"result_code": None}
MISSING = {"error_code": "MISSING_DATA"}


# Contract 5.14, 200.


@pytest.mark.parametrize("path", [URL, f"{URL}/"])
def test_a_genuine_phone_passes(client: Client, path: str) -> None:
    body = report()
    response = client.post(path, body, content_type="application/json", headers=attested(body))
    assert (response.status_code, response.json()) == (200, PASSED)
    assert response["X-API-Current-Version"] == "2.0"
    kept = IntegrityReport.objects.get()
    assert (kept.request_id, kept.installation_id, kept.result, kept.reason) == (
        "hq-1",
        INSTALLATION,
        "passed",
        "",
    )
    assert kept.device_labels == "MEETS_BASIC_INTEGRITY MEETS_DEVICE_INTEGRITY"


def test_a_form_is_taken_too(client: Client) -> None:
    response = client.post(URL, report(), headers=attested(report()))
    assert (response.status_code, response.json()) == (200, PASSED)


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ({"requestDetails": {"requestHash": "of another request"}}, "other_request"),
        ({"requestDetails": {"requestPackageName": "com.example"}}, "other_request_package"),
        ({"appIntegrity": {"packageName": "com.example"}}, "other_app_package"),
        ({"deviceIntegrity": {"deviceRecognitionVerdict": []}}, "device_not_genuine"),
        (
            {"deviceIntegrity": {"deviceRecognitionVerdict": ["MEETS_VIRTUAL_INTEGRITY"]}},
            "device_not_genuine",
        ),
        ({"accountDetails": {"appLicensingVerdict": "UNLICENSED"}}, "unlicensed"),
    ],
)
def test_what_google_does_not_vouch_for_fails(client: Client, stated: dict[str, Any], reason: str) -> None:
    body = report()
    response = send(client, body, attested(body, token(**stated)))
    assert (response.status_code, response.json()) == (200, FAILED)
    assert IntegrityReport.objects.get().reason == reason


def test_an_unevaluated_licence_passes(client: Client) -> None:
    body = report()
    unevaluated = token(accountDetails={"appLicensingVerdict": "UNEVALUATED"})
    assert send(client, body, attested(body, unevaluated)).json() == PASSED


def test_an_emulator_passes_with_a_fictitious_number(client: Client) -> None:
    emulator = token(
        deviceIntegrity={"deviceRecognitionVerdict": ["MEETS_VIRTUAL_INTEGRITY"]},
        accountDetails={"appLicensingVerdict": "UNLICENSED"},
    )
    body = report(phone_number="+74260000001")
    assert send(client, body, attested(body, emulator)).json() == PASSED
    body = report("hq-2", phone_number="+255712345678")
    assert send(client, body, attested(body, emulator)).json() == FAILED


def test_a_number_that_is_none_is_overlooked(client: Client) -> None:
    assert send(client, report(phone_number="soon")).json() == PASSED


@pytest.mark.parametrize(
    ("package", "expected"), [("org.commcare.lts", PASSED), ("com.example", FAILED), ("", FAILED)]
)
def test_only_our_packages_pass(client: Client, package: str, expected: dict[str, Any]) -> None:
    assert send(client, report(application_id=package)).json() == expected


def test_a_report_is_judged_once(client: Client) -> None:
    assert send(client, report()).json() == PASSED
    response = send(client, report())
    assert (response.status_code, response.json()) == (200, NO_RESULT)
    assert IntegrityReport.objects.count() == 1


def test_a_wrong_basic_header_is_refused_and_a_wrong_bearer_ignored(client: Client) -> None:
    """2.5."""
    body = report()
    response = send(client, body, attested(body) | basic("a", "b"))
    assert (response.status_code, response.json()) == (401, {"detail": "Invalid username/password."})
    assert send(client, body, attested(body) | {"Authorization": "Bearer x"}).json() == PASSED


# Contract 5.14, 400.


@pytest.mark.parametrize(
    "changes",
    [
        {"request_id": None},
        {"cc_device_id": None},
        {"request_id": ""},
        {"cc_device_id": ""},
        {"request_id": 7},
        {"request_id": "x" * 101},
        {"request_id": "two words"},
        {"request_id": "<script>"},
        {"cc_device_id": "x" * 101},
        {"cc_device_id": ["a"]},
        {"application_id": 7},
        {"phone_number": {"a": 1}},
    ],
)
def test_a_missing_or_odd_field_is_missing_data(client: Client, changes: dict[str, Any]) -> None:
    response = send(client, report(**changes))
    assert (response.status_code, response.json()) == (400, MISSING)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"CC-Integrity-Token": "t"},
        {"CC-Request-Hash": "h"},
        {"CC-Integrity-Token": "", "CC-Request-Hash": ""},
        {"CC-Integrity-Token": "t", "CC-Request-Hash": ""},
    ],
)
def test_missing_or_empty_headers_are_missing_data(client: Client, headers: dict[str, str]) -> None:
    response = send(client, report(), headers)
    assert (response.status_code, response.json()) == (400, MISSING)


def test_a_phone_that_could_not_attest_says_why(client: Client) -> None:
    response = send(client, report(device_error="API_NOT_AVAILABLE"), {})
    assert (response.status_code, response.json()) == (400, MISSING)
    assert not IntegrityReport.objects.exists()
    # ... and may answer the same request later.
    assert send(client, report()).json() == PASSED


@pytest.mark.parametrize("raw", [b"[]", b"7", b"null", b'"text"', b'[{"request_id": "a"}]'])
def test_a_body_that_is_no_object_is_missing_data(client: Client, raw: bytes) -> None:
    response = client.post(URL, raw, content_type="application/json", headers=attested(report()))
    assert (response.status_code, response.json()) == (400, MISSING)


# Contract 5.14, 500.


@pytest.mark.parametrize("failure", ["unavailable", "rejected"])
def test_a_failure_of_google_leaves_no_result(client: Client, failure: str) -> None:
    body = report()
    response = send(client, body, attested(body, token(failure=failure)))
    assert (response.status_code, response.json()) == (500, NO_RESULT)
    assert not IntegrityReport.objects.exists()
    assert send(client, body).json() == PASSED


# E-40, E-41: what INTEGRITY_STRICT adds.


@pytest.mark.parametrize(("strict", "expected"), [(False, PASSED), (True, FAILED)])
@pytest.mark.parametrize(
    "stated",
    [
        {"requestDetails": {"timestampMillis": "0"}},
        {"requestDetails": {"timestampMillis": None}},
        {"appIntegrity": {"appRecognitionVerdict": "UNRECOGNIZED_VERSION"}},
    ],
)
def test_age_and_recognition_count_when_strict(
    client: Client, settings: Settings, strict: bool, expected: dict[str, Any], stated: dict[str, Any]
) -> None:
    settings.INTEGRITY_STRICT = strict
    body = report()
    assert send(client, body, attested(body, token(**stated))).json() == expected


@pytest.mark.parametrize(("strict", "expected"), [(False, PASSED), (True, FAILED)])
def test_the_hash_of_another_body_counts_when_strict(
    client: Client, settings: Settings, strict: bool, expected: dict[str, Any]
) -> None:
    settings.INTEGRITY_STRICT = strict
    assert send(client, report("hq-2"), attested(report("hq-1"))).json() == expected


@pytest.mark.parametrize(("strict", "expected"), [(False, PASSED), (True, FAILED)])
def test_a_token_presented_again_counts_when_strict(
    client: Client, settings: Settings, strict: bool, expected: dict[str, Any]
) -> None:
    settings.INTEGRITY_STRICT = strict
    for request_id, result in (("hq-1", PASSED), ("hq-2", expected)):
        body = report(request_id)
        assert send(client, body, attested(body, token())).json() == result
    assert SeenToken.objects.count() == 1


def test_a_token_stays_fresh_for_the_configured_time(client: Client, settings: Settings) -> None:
    settings.INTEGRITY_STRICT = True
    settings.INTEGRITY_MAX_AGE = 600
    with clock.frozen() as now:
        made = str(int(now.at.timestamp() * 1000))
        for request_id, later, result in (("a", 599, PASSED), ("b", 2, FAILED)):
            now.advance(timedelta(seconds=later))
            body = report(request_id)
            stated = token(requestDetails={"timestampMillis": made}, nonce={"of": request_id})
            assert send(client, body, attested(body, stated)).json() == result


# E-43: a report costs a call to Google.


def test_a_device_reports_ten_times_an_hour(client: Client) -> None:
    statuses = [send(client, report(f"hq-{n}")).status_code for n in range(11)]
    assert statuses == [200] * 10 + [429]
    refused = send(client, report("hq-12"))
    assert refused.json()["detail"].startswith("Request was throttled. Expected available in ")
    assert 0 < int(refused["Retry-After"]) <= 3600


def test_a_block_of_addresses_reports_three_hundred_times_an_hour(client: Client) -> None:
    def status(n: int, address: str) -> int:
        body = report(f"hq-{n}", cc_device_id=f"device-{n}")
        return int(send(client, body, {}, REMOTE_ADDR=address).status_code)

    assert {status(n, f"203.0.113.{n % 200}") for n in range(300)} == {400}
    assert status(300, "203.0.113.250") == 429
    assert status(301, "203.0.114.1") == 400


# Statements, and anything at all.


@pytest.mark.parametrize("before", [0, 200])
def test_a_report_takes_three_statements_however_many_came_before(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, before: int
) -> None:
    IntegrityReport.objects.bulk_create(
        IntegrityReport(request_id=f"old-{n}", installation_id=INSTALLATION, package="p", result="passed")
        for n in range(before)
    )
    with django_assert_num_queries(
        5
    ):  # is it new, remember the token, keep the report; and a savepoint's two
        send(client, report())
    with django_assert_num_queries(1):
        send(client, report())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))


class AnythingAtAll(TestCase):
    """Whatever is sent, the answer is one that the contract knows."""

    @given(
        body=json_values | st.fixed_dictionaries({"request_id": json_values, "cc_device_id": json_values}),
        token=header_values,
        claimed=header_values,
    )
    def test_anything(self, body: Any, token: str, claimed: str) -> None:
        with self.settings(RATE_LIMITS=False):
            response = self.client.post(
                URL,
                body,
                content_type="application/json",
                headers={"CC-Integrity-Token": token, "CC-Request-Hash": claimed},
            )
        assert response.status_code in {200, 400}, response.content
