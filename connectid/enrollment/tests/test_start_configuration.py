"""POST /users/start_configuration (contract 5.1)."""

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from connectid.accounts.models import DeviceSecurity
from connectid.core import clock
from connectid.demo.phone import gson, request_hash
from connectid.enrollment.models import EnrollmentSession
from connectid.jobs.draining import run_pending
from connectid.providers.attestation.sandbox import token
from connectid.sandbox import invited
from connectid.testing.answers import Answered
from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.testing.scene import basic, new_account, new_number, new_phone
from connectid.testing.statements import count_statements
from connectid.testing.vendors import Vendors
from connectid.toggles import operations as toggles

PATH = "/users/start_configuration"

pytestmark = pytest.mark.django_db


def body_of(**changes: Any) -> dict[str, Any]:
    return {
        "phone_number": new_number(),
        "application_id": "org.commcare.dalvik",
        "gps_location": "-13.96 33.77 1050.0 12.5",
        "cc_device_id": "commcare_a",
        "device": "Samsung A10",
    } | changes


def start(
    client: Client,
    body: dict[str, Any],
    *,
    integrity: str = "genuine",
    claimed: str | None = None,
    version: str = "2.0",
    **headers: str,
) -> Answered:
    answer: Answered = client.generic(
        "POST",
        PATH,
        gson(body),
        content_type="application/json",
        headers={
            "Accept": f"application/json;version={version}",
            "CC-Integrity-Token": integrity,
            "CC-Request-Hash": request_hash(body) if claimed is None else claimed,
        }
        | headers,
    )
    return answer


def test_a_session_is_opened(client: Client) -> None:
    """5.1, row 200."""
    body = body_of()
    answer = start(client, body)
    assert answer.status_code == 200
    found = answer.json()
    assert re.fullmatch(r"[0-9a-f]{64}", found.pop("token"))
    assert found == {
        "required_lock": "biometric",
        "demo_user": False,
        "toggles": {},
        "sms_method": "firebase",
        "otp_fallback": False,
    }
    session = EnrollmentSession.objects.get(phone_number=body["phone_number"])
    assert session.expires_at - session.created_at == timedelta(hours=4)
    assert (session.installation_id, session.device_model) == ("commcare_a", "Samsung A10")
    assert session.country == "MW"
    assert (session.latitude, session.longitude) == (None, None)
    assert not session.is_phone_proven


def test_the_key_opens_the_session(client: Client) -> None:
    key = start(client, body_of()).json()["token"]
    answer = client.post("/users/check_name", {"name": "A"}, headers={"Authorization": f"Bearer {key}"})
    assert answer.json() == {"error_code": "PHONE_NOT_VALIDATED"}


def test_an_invited_number(client: Client) -> None:
    """5.1: lock pin, and codes by our own SMS as a fallback."""
    body = body_of()
    invited.register(body["phone_number"])
    found = start(client, body).json()
    assert (found["required_lock"], found["sms_method"], found["otp_fallback"]) == ("pin", "firebase", True)


@pytest.mark.parametrize(("is_invited", "method"), [(True, "personal_id"), (False, "firebase")])
def test_version_1_names_the_method_and_no_fallback(client: Client, is_invited: bool, method: str) -> None:
    """2.2, 5.1: version matters here and nowhere else."""
    body = body_of()
    if is_invited:
        invited.register(body["phone_number"])
    found = start(client, body, version="1.0").json()
    assert found["sms_method"] == method
    assert "otp_fallback" not in found


@pytest.mark.parametrize("lock", list(DeviceSecurity))
def test_an_existing_account_keeps_its_lock(client: Client, lock: DeviceSecurity) -> None:
    """5.1, rule 8."""
    account = new_account(device_security=lock)
    assert start(client, body_of(phone_number=account.phone_number)).json()["required_lock"] == lock


def test_a_demonstration_number_needs_no_proof(client: Client) -> None:
    body = body_of(phone_number="+74260000123")
    found = start(client, body).json()
    assert found["demo_user"] is True
    assert EnrollmentSession.objects.get(phone_number="+74260000123").is_phone_proven


def test_toggles_of_both_sides_are_merged(client: Client) -> None:
    """5.1: Connect wins on a name clash, its dates pass through unchanged; E-35: it is asked by `number`."""
    toggles.set_switch("email_otp_verification", active=True)
    toggles.set_switch("both", active=True)
    remote = {"name": "both", "active": False, "created": "2024-01-01T00:00:00.000Z", "modified": "x"}
    body = body_of()
    with Vendors(toggles=[remote]) as vendors:
        connect = {name: value for name, value in vendors.environment().items() if "CONNECT" in name}
        with override_settings(**connect):
            found = start(client, body).json()["toggles"]
        asked = [request.query for request in vendors.requests if "toggles" in request.path]
    assert found["email_otp_verification"]["active"] is True
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", found["email_otp_verification"]["created_at"]
    )
    assert found["both"]["active"] is False
    assert found["both"]["created_at"] == "2024-01-01T00:00:00.000Z"
    assert asked == [{"number": [body["phone_number"]]}]


@pytest.mark.parametrize(("integrity", "claimed"), [("", ""), ("x", ""), ("", "x")])
def test_missing_integrity_headers(client: Client, integrity: str, claimed: str) -> None:
    """5.1, row 400 INTEGRITY_HEADERS: empty counts as missing."""
    answer = start(client, body_of(), integrity=integrity, claimed=claimed)
    assert answer.status_code == 400
    assert answer.json() == {"error_code": "MISSING_DATA", "error_sub_code": "INTEGRITY_HEADERS"}


@pytest.mark.parametrize("number", ["", None])
def test_no_phone_number(client: Client, number: str | None) -> None:
    """5.1, row 400 PHONE_NUMBER_REQUIRED."""
    answer = start(client, body_of(phone_number=number))
    assert answer.status_code == 400
    assert answer.json() == {"error_code": "MISSING_DATA", "error_sub_code": "PHONE_NUMBER_REQUIRED"}


@pytest.mark.parametrize(
    "raw", [b"[]", b'"x"', b"5", b"null", b'{"phone_number":5}', b'{"phone_number":["+1"]}']
)
def test_a_body_of_the_wrong_kind(client: Client, raw: bytes) -> None:
    """E-44: 400 in this endpoint's shape, never a 500."""
    answer = client.generic(
        "POST",
        PATH,
        raw,
        content_type="application/json",
        headers={"CC-Integrity-Token": "t", "CC-Request-Hash": "h"},
    )
    assert answer.status_code == 400
    assert answer.json() == {"error_code": "MISSING_DATA", "error_sub_code": "PHONE_NUMBER_REQUIRED"}


def test_malformed_json(client: Client) -> None:
    """2.1."""
    answer = client.generic("POST", PATH, b"{", content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("JSON parse error - ")


@pytest.mark.parametrize("number", ["nonsense", "12", "+1", "0991234567", "+" + "9" * 40, "+265 99 12 ☎"])
def test_a_number_of_nobody(client: Client, number: str) -> None:
    """5.1, E-69: the graceful 403."""
    answer = start(client, body_of(phone_number=number))
    assert (answer.status_code, answer.json()) == (403, {"error_code": "PHONE_NOT_VALIDATED"})


def test_a_number_is_stored_in_e164(client: Client) -> None:
    start(client, body_of(phone_number="+265 991-234 567"))
    assert EnrollmentSession.objects.get().phone_number == "+265991234567"


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


@override_settings(BLACKLISTED_COUNTRY_CODES=frozenset({"MW"}))
def test_a_country_whose_sign_ups_are_off(client: Client) -> None:
    """5.1, row 403 UNSUPPORTED_COUNTRY."""
    answer = start(client, body_of())
    assert (answer.status_code, answer.json()) == (403, {"error_code": "UNSUPPORTED_COUNTRY"})
    assert start(client, body_of(gps_location="-6.79 39.21 0 0")).status_code == 200


@pytest.mark.parametrize("place", ["", "nowhere", "1", "91 0 0 0", "nan nan", "1e999 0", None, "0 0 0 0"])
def test_a_place_that_cannot_be_read_refuses_nobody(client: Client, place: str | None) -> None:
    body = body_of(gps_location=place)
    assert start(client, body).status_code == 200
    assert EnrollmentSession.objects.get().country == ""


@pytest.fixture
def failing_connect() -> Iterator[FakeHttpServer]:
    with (
        FakeHttpServer(lambda _: Answer(500)) as connect,
        override_settings(
            CONNECT_URL=connect.url, COMMCARE_CONNECT_CLIENT_ID="c", COMMCARE_CONNECT_CLIENT_SECRET="s"
        ),
    ):
        yield connect


def test_connect_does_not_answer(client: Client, failing_connect: FakeHttpServer) -> None:
    """5.1, row 503; E-37."""
    answer = start(client, body_of())
    assert answer.status_code == 503
    assert answer.json() == {"error_code": "CONFIGURATION_TEMPORARILY_UNAVAILABLE"}
    assert not EnrollmentSession.objects.exists()


def test_a_wrong_basic_header_is_refused_and_a_wrong_bearer_ignored(client: Client) -> None:
    """2.5."""
    answer = start(client, body_of(), **basic("a", "b"))
    assert (answer.status_code, answer.json()) == (401, {"detail": "Invalid username/password."})
    assert start(client, body_of(), Authorization="Bearer x").status_code == 200
    assert start(client, body_of(), **new_phone().headers).status_code == 200


def test_one_number_opens_twenty_sessions_a_day(client: Client) -> None:
    body = body_of()
    answers = [start(client, body).status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]
    assert start(client, body).json() == {"error_code": "RATE_LIMITED"}


@pytest.mark.real_threads
def test_outside_calls_run_at_once(client: Client) -> None:
    """E-74: no call waits for another; each arrived before the first answer left."""
    with Vendors(delay=0.3) as vendors:
        names = ("CONNECT", "PLAY", "INTEGRITY_PROVIDER", "GOOGLE")
        given = {
            name: value for name, value in vendors.environment().items() if any(n in name for n in names)
        }
        with override_settings(**given):
            body = body_of()
            integrity = vendors.attest(request_hash(body), body["application_id"])
            start(client, body, integrity=integrity)  # fetches Google's access token
            body = body_of()
            integrity = vendors.attest(request_hash(body), body["application_id"])
            before = time.monotonic()
            assert start(client, body, integrity=integrity).status_code == 200
            taken = time.monotonic() - before
    assert taken < 3 * 0.3, "the calls followed one another"


def test_the_place_is_refined_by_a_job_and_forgotten(client: Client) -> None:
    """Report item 5: no geocoding call in a request."""
    feature = {"features": [{"id": "country.1", "properties": {"short_code": "zm"}}]}
    with (
        FakeHttpServer(lambda _: Answer(json=feature)) as mapbox,
        override_settings(MAPBOX_ACCESS_TOKEN="t", MAPBOX_URL=mapbox.url),
    ):
        start(client, body_of())
        session = EnrollmentSession.objects.get()
        assert (session.latitude, session.longitude) == (-13.96, 33.77)
        assert mapbox.requests == []
        run_pending()
        assert len(mapbox.requests) == 1
    session.refresh_from_db()
    assert session.country == "ZM"
    assert (session.latitude, session.longitude) == (None, None)


@pytest.mark.parametrize("others", [0, 50])
def test_statements(client: Client, others: int) -> None:
    """The invitation sandbox, the token, the account, the session."""
    for _ in range(others):
        new_account()
    start(client, body_of())
    with count_statements() as statements:
        start(client, body_of(), integrity="another")
    assert len(statements) <= 5


def test_the_session_starts_when_it_was_asked_for(client: Client) -> None:
    at = clock.now() - timedelta(days=1)
    with clock.frozen(at):
        start(client, body_of())
    assert EnrollmentSession.objects.get().created_at == at


def test_form_bodies_are_taken_too(client: Client) -> None:
    """Rule 3."""
    body = body_of()
    answer = client.post(
        PATH, body, headers={"CC-Integrity-Token": "t", "CC-Request-Hash": request_hash(body)}
    )
    assert answer.status_code == 200
    assert json.loads(answer.content)["token"]
