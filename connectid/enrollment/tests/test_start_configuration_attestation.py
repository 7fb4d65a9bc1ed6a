"""POST /users/start_configuration: what the phone's attestation decides (contract 5.1, 16.4)."""

import pytest
from django.test import Client, override_settings

from connectid.demo.gson import request_hash
from connectid.enrollment.models import EnrollmentSession
from connectid.enrollment.tests.starting import body_of, start
from connectid.providers.attestation.sandbox import token
from connectid.sandbox import invited
from connectid.testing.scene import new_number

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("integrity", "claimed"), [("", ""), ("x", ""), ("", "x")])
def test_missing_integrity_headers(client: Client, integrity: str, claimed: str) -> None:
    """5.1, row 400 INTEGRITY_HEADERS: empty counts as missing."""
    answer = start(client, body_of(), integrity=integrity, claimed=claimed)
    assert answer.status_code == 400
    assert answer.json() == {"error_code": "MISSING_DATA", "error_sub_code": "INTEGRITY_HEADERS"}


@pytest.mark.parametrize(
    ("integrity", "sub_code"),
    [
        (token(requestDetails={"requestHash": "other"}), "INTEGRITY_REQUEST_ERROR"),
        (token(requestDetails={"requestPackageName": "org.other"}), "INTEGRITY_REQUEST_ERROR"),
        (token(appIntegrity={"packageName": "org.other"}), "APP_INTEGRITY_ERROR"),
        (token(deviceIntegrity={"deviceRecognitionVerdict": []}), "DEVICE_INTEGRITY_ERROR"),
        (token(accountDetails={"appLicensingVerdict": "UNLICENSED"}), "UNLICENSED_APP_ERROR"),
    ],
)
def test_a_phone_that_is_not_genuine(client: Client, integrity: str, sub_code: str) -> None:
    """5.1, row 403 INTEGRITY_ERROR, always with a sub code the app knows (rule 7)."""
    body = body_of()
    answer = start(client, body, integrity=integrity)
    assert answer.status_code == 403
    assert answer.json() == {"error_code": "INTEGRITY_ERROR", "error_sub_code": sub_code}
    assert not EnrollmentSession.objects.exists()
    invited.register(body["phone_number"])
    assert start(client, body, integrity=integrity).status_code == 200  # 5.1: ignored when invited


def test_an_app_that_is_none_of_ours(client: Client) -> None:
    answer = start(client, body_of(application_id="org.evil"))
    assert answer.json() == {"error_code": "INTEGRITY_ERROR", "error_sub_code": "APP_INTEGRITY_ERROR"}


@pytest.mark.parametrize("field", ["phone_number", "gps_location", "cc_device_id", "device"])
def test_an_attestation_of_another_body(client: Client, field: str) -> None:
    """E-40: the hash is recomputed from the body; refused when strict, logged otherwise."""
    body = body_of()
    claimed = request_hash(body)
    tampered = body | {field: new_number() if field == "phone_number" else "1 2 3 4"}
    assert start(client, tampered, claimed=claimed).status_code == 200
    with override_settings(INTEGRITY_STRICT=True):
        answer = start(client, tampered, claimed=claimed)
        assert answer.json() == {"error_code": "INTEGRITY_ERROR", "error_sub_code": "INTEGRITY_REQUEST_ERROR"}


@pytest.mark.parametrize("device", ["Samsung A10", "a/b", "Zoë <3 & 'x' = \"y\"", "日本 \\ \t", "   "])
def test_genuine_bodies_pass_the_recomputed_hash(client: Client, device: str) -> None:
    with override_settings(INTEGRITY_STRICT=True):
        assert start(client, body_of(device=device), integrity=device.encode().hex()).status_code == 200


def test_a_replayed_attestation_when_strict(client: Client) -> None:
    """E-41."""
    body = body_of()
    with override_settings(INTEGRITY_STRICT=True):
        assert start(client, body, integrity="once").status_code == 200
        answer = start(client, body, integrity="once")
    assert answer.json() == {"error_code": "INTEGRITY_ERROR", "error_sub_code": "INTEGRITY_REQUEST_ERROR"}


def test_google_does_not_answer(client: Client) -> None:
    """5.1, row 500."""
    answer = start(client, body_of(), integrity=token(failure="unavailable"))
    assert (answer.status_code, answer.json()) == (500, {"error_code": "INTEGRITY_SERVICE_UNAVAILABLE"})
