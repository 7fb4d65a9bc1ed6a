"""POST /users/send_email_otp (contract 5.12)."""

import re
from typing import Any

import pytest

from connectid.enrollment.tests.conftest import Post
from connectid.jobs.draining import run_pending
from connectid.sandbox import inbox
from connectid.sandbox.models import SandboxMessage
from connectid.testing.scene import new_phone, new_session
from connectid.testing.statements import count_statements
from connectid.toggles import operations as toggles

PATH = "/users/send_email_otp"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def switched_on(db: None) -> None:
    toggles.set_switch("email_otp_verification", active=True)


def mails_to(address: str) -> list[SandboxMessage]:
    run_pending()
    return list(inbox.messages(kind="email", to=address))


@pytest.mark.parametrize("who", ["session", "device"])
def test_a_code_is_mailed(post: Post, who: str) -> None:
    """5.12, row 200: subject, code and minutes."""
    headers = new_session(proven=True).headers if who == "session" else new_phone().headers
    answer = post(PATH, {"email": " worker@Example.org "}, **headers)
    assert (answer.status_code, answer.content) == (200, b"")
    [mail] = mails_to("worker@example.org")
    assert mail.subject == "Your PersonalID verification code"
    assert len(re.findall(r"\b\d{6}\b", mail.text)) == 1
    assert "30 minutes" in mail.text


@pytest.mark.parametrize("body", [{}, {"email": ""}, {"email": "  "}, {"email": None}, {"email": 5}, []])
def test_no_address(post: Post, body: Any) -> None:
    """5.12, row 400 MISSING_DATA."""
    answer = post(PATH, body, **new_phone().headers)
    assert (answer.status_code, answer.json()) == (400, {"error_code": "MISSING_DATA"})


@pytest.mark.parametrize("email", ["x", "a@", "@b", "a b@example.org", "a@example.org\nBcc: b@example.org"])
def test_a_malformed_address(post: Post, email: str) -> None:
    """5.12, row 400 INVALID_DATA."""
    answer = post(PATH, {"email": email}, **new_phone().headers)
    assert (answer.status_code, answer.json()) == (400, {"error_code": "INVALID_DATA"})


def test_a_session_that_is_not_proven(post: Post) -> None:
    """5.12, row 403."""
    answer = post(PATH, {"email": "a@example.org"}, **new_session().headers)
    assert (answer.status_code, answer.json()) == (403, {"error_code": "PHONE_NOT_VALIDATED"})


def test_too_soon(post: Post) -> None:
    """5.12, row 429, with the seconds to wait."""
    headers = new_phone().headers
    post(PATH, {"email": "a@example.org"}, **headers)
    answer = post(PATH, {"email": "a@example.org"}, **headers)
    assert answer.status_code == 429
    body = answer.json()
    assert set(body) == {"error_code", "retry_after_seconds"}
    assert body["error_code"] == "RATE_LIMITED"
    assert 0 < body["retry_after_seconds"] <= 120
    assert answer.headers["Retry-After"] == str(body["retry_after_seconds"])
    assert len(mails_to("a@example.org")) == 1


@pytest.mark.parametrize("headers", [{}, None])
def test_switched_off(post: Post, headers: dict[str, str] | None) -> None:
    """5.12: 404 with detail, whoever asks."""
    toggles.set_switch("email_otp_verification", active=False)
    sent = new_phone().headers if headers is None else headers
    answer = post(PATH, {"email": "a@example.org"}, **sent)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_nobody(post: Post) -> None:
    answer = post(PATH, {"email": "a@example.org"})
    assert answer.status_code == 401
    assert answer.json() == {"detail": "Authentication credentials were not provided."}


@pytest.mark.parametrize("others", [1, 30])
def test_statements(post: Post, others: int) -> None:
    phones = [new_phone() for _ in range(others)]
    post(PATH, {"email": "warm@example.org"}, **phones[0].headers)
    with count_statements() as statements:
        post(PATH, {"email": "a@example.org"}, **phones[-1].headers)
    assert len(statements) <= 8
