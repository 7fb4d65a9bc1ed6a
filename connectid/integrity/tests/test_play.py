"""Reports judged by Google Play Integrity itself, played by a server on loopback (contract 5.14, 11)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings

from connectid.core import clock
from connectid.integrity.tests.phones import attested, report, send
from connectid.providers.attestation.sandbox import ordinary_payload
from connectid.providers.attestation.tests.fake_google import FakeGoogle
from connectid.testing.fake_http import Answer, FakeHttpServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeHttpServer() as server:
        google = FakeGoogle(server)
        with override_settings(**google.settings()):
            yield google


def states(
    google: FakeGoogle, token: str, body: dict[str, Any], **sections: dict[str, Any]
) -> dict[str, str]:
    """Have Google state this of a token, and return the headers of the phone that presents it."""
    headers = attested(body, token)
    payload = ordinary_payload(
        package="org.commcare.dalvik", request_hash=headers["CC-Request-Hash"], at=clock.now()
    )
    google.tokens[token] = Answer(json={"tokenPayloadExternal": payload | sections})
    return headers


def test_google_decodes_the_token(client: Client, google: FakeGoogle) -> None:
    body = report()
    response = send(client, body, states(google, "a-token", body))
    assert (response.status_code, response.json()) == (200, {"result_code": "passed"})
    (asked,) = google.asked
    assert asked.path == "/v1/org.commcare.dalvik:decodeIntegrityToken"
    assert asked.json() == {"integrityToken": "a-token"}


def test_google_may_add_fields_and_leave_some_out(client: Client, google: FakeGoogle) -> None:
    """E-42."""
    body = report()
    headers = states(google, "a-token", body, accountDetails={}, environmentDetails={"new": [1]})
    assert send(client, body, headers).json() == {"result_code": "passed"}
    body = report("hq-2")
    assert send(client, body, states(google, "other", body, deviceIntegrity={})).json() == {
        "result_code": "failed"
    }


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, json={"error": {"status": "INVALID_ARGUMENT"}}),
        Answer(403, json={"error": {"status": "PERMISSION_DENIED"}}),
        Answer(500),
        Answer(json={}),
        Answer(body=b"<html>"),
    ],
)
def test_an_answer_that_is_none_leaves_no_result(client: Client, google: FakeGoogle, answer: Answer) -> None:
    """5.14, row 500."""
    body = report()
    google.tokens["a-token"] = answer
    response = send(client, body, attested(body, "a-token"))
    assert (response.status_code, response.json()) == (500, {"result_code": None})


def test_google_is_asked_only_about_what_could_pass(client: Client, google: FakeGoogle) -> None:
    """E-43, E-44: what can be judged here costs no call."""
    send(client, report(application_id="com.example"))
    send(client, report("hq-2"), {})
    send(client, report("two words"))
    body = report("hq-3")
    headers = states(google, "a-token", body)
    send(client, body, headers)
    send(client, body, headers)
    assert len(google.asked) == 1
