"""POST /users/start_configuration (contract 5.1)."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client, override_settings

from connectid.accounts.models import DeviceSecurity
from connectid.core import clock
from connectid.demo.gson import request_hash
from connectid.enrollment import limits
from connectid.enrollment.models import EnrollmentSession
from connectid.enrollment.tests.starting import PATH, body_of, start
from connectid.jobs.draining import run_pending
from connectid.sandbox import invited
from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.testing.scene import basic, new_account, new_phone
from connectid.testing.statements import count_statements
from connectid.testing.vendors import Vendors
from connectid.toggles import operations as toggles

pytestmark = pytest.mark.django_db


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


def test_the_sessions_of_one_number_are_limited(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Demonstration numbers are not: many people share them."""
    three = replace(limits.SESSIONS_PER_NUMBER, name="test.number", amount=3)
    monkeypatch.setattr(limits, "SESSIONS_PER_NUMBER", three)
    body, demonstration = body_of(), body_of(phone_number="+74260000123")
    assert [start(client, body).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert start(client, body).json() == {"error_code": "RATE_LIMITED"}
    assert [start(client, demonstration).status_code for _ in range(4)] == [200] * 4


def test_the_sessions_of_one_address_are_limited(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    three = replace(limits.SESSIONS_PER_ADDRESS, name="test.address", amount=3)
    monkeypatch.setattr(limits, "SESSIONS_PER_ADDRESS", three)
    assert [start(client, body_of()).status_code for _ in range(4)] == [200, 200, 200, 429]


@pytest.mark.django_db(transaction=True)  # calls of a test that rolls back share its thread
def test_outside_calls_run_at_once(client: Client) -> None:
    """E-74: Google, and CommCare Connect twice, wait for each other here; one after another they would wait in vain."""
    wanted = ("CONNECT", "PLAY", "INTEGRITY_PROVIDER", "GOOGLE")
    with Vendors() as vendors:
        given = {
            name: value for name, value in vendors.environment().items() if any(w in name for w in wanted)
        }
        with override_settings(**given):
            for meeting in (None, threading.Barrier(3)):  # the first time Google's access token is fetched
                vendors.meeting = meeting
                body = body_of()
                integrity = vendors.attest(request_hash(body), body["application_id"])
                assert start(client, body, integrity=integrity).status_code == 200


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


def test_a_place_that_the_geocoder_refuses_is_forgotten_too(client: Client) -> None:
    with (
        FakeHttpServer(lambda _: Answer(422, json={})) as mapbox,
        override_settings(MAPBOX_ACCESS_TOKEN="t", MAPBOX_URL=mapbox.url),
    ):
        start(client, body_of())
        run_pending()
    session = EnrollmentSession.objects.get()
    assert (session.country, session.latitude, session.longitude) == ("MW", None, None)


def test_the_line_of_an_invited_number_is_looked_up_by_a_job(client: Client) -> None:
    """Report item 5: a number look-up is a job."""
    body, uninvited = body_of(), body_of()
    invited.register(body["phone_number"])
    for asked in (body, uninvited):
        start(client, asked)
    assert EnrollmentSession.objects.get(phone_number=body["phone_number"]).line_type == ""
    run_pending()
    assert EnrollmentSession.objects.get(phone_number=body["phone_number"]).line_type == "mobile"
    assert EnrollmentSession.objects.get(phone_number=uninvited["phone_number"]).line_type == ""


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
