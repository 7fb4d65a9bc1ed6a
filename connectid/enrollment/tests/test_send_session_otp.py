"""POST /users/send_session_otp (contract 5.3)."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from connectid.core import clock
from connectid.enrollment.models import LineType
from connectid.enrollment.tests.conftest import Post
from connectid.jobs.draining import run_pending
from connectid.sandbox import inbox
from connectid.testing.scene import new_session
from connectid.testing.statements import count_statements

PATH = "/users/send_session_otp"


def texts_to(number: str) -> list[str]:
    run_pending()
    return [message.text for message in inbox.messages(kind="sms", to=number)]


def test_an_invited_number_gets_one_text_with_one_six_digit_word(post: Post) -> None:
    """5.3, row 200; rule 19."""
    opened = new_session(is_invited=True)
    answer = post(PATH, **opened.headers)
    assert (answer.status_code, answer.content) == (200, b"")
    [text] = texts_to(opened.session.phone_number)
    assert re.fullmatch(r"Your verification token from commcare connect is \d{6}", text)
    assert len(re.findall(r"\b\d{6}\b", text)) == 1


@pytest.mark.django_db
def test_a_post_without_body_and_without_content_type(client: Client) -> None:
    """Rule 3: this is how the app posts."""
    opened = new_session(is_invited=True)
    answer = client.generic("POST", PATH, b"", content_type="", headers=opened.headers)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"{", b"[]", b"x=1"])
def test_the_body_is_not_read(client: Client, body: bytes) -> None:
    """2.1, corrected: neither 400 nor 415 comes from here."""
    opened = new_session(is_invited=True)
    answer = client.generic("POST", PATH, body, content_type="text/csv", headers=opened.headers)
    assert answer.status_code == 200


def test_an_uninvited_number_is_refused(post: Post) -> None:
    """5.3, row 403."""
    opened = new_session()
    answer = post(PATH, **opened.headers)
    assert (answer.status_code, answer.json()) == (403, {"error_code": "NOT_ALLOWED"})
    assert texts_to(opened.session.phone_number) == []


def test_too_soon_is_a_silent_200(post: Post) -> None:
    """5.3 and E-76: limited sends answer 200 and send nothing."""
    opened = new_session(is_invited=True)
    answers = [post(PATH, **opened.headers) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len(texts_to(opened.session.phone_number)) == 1


def test_after_two_minutes_the_same_code_is_sent_again(post: Post) -> None:
    """5.3: identical on resend, gate 2^n minutes."""
    opened = new_session(is_invited=True)
    start = clock.now()
    for minutes, sent in ((0, 1), (1, 1), (2.1, 2)):
        with clock.frozen(start + timedelta(minutes=minutes)):
            post(PATH, **opened.headers)
            assert len(texts_to(opened.session.phone_number)) == sent
    assert len(set(texts_to(opened.session.phone_number))) == 1


def test_a_new_session_does_not_reset_the_gate(post: Post) -> None:
    """E-26."""
    first = new_session(is_invited=True)
    for _ in range(5):
        post(PATH, **new_session(is_invited=True, phone_number=first.session.phone_number).headers)
    assert len(texts_to(first.session.phone_number)) == 1


def test_a_landline_gets_no_text(post: Post) -> None:
    """SMS pumping: what its carrier calls a landline costs no text; the answer stays the same."""
    opened = new_session(is_invited=True, line_type=LineType.LANDLINE)
    assert post(PATH, **opened.headers).status_code == 200
    assert texts_to(opened.session.phone_number) == []


def test_no_session(post: Post) -> None:
    answer = post(PATH)
    assert answer.status_code == 401


@pytest.mark.parametrize("sessions", [1, 30])
def test_statements(post: Post, sessions: int) -> None:
    """One to authenticate, at most six to send (connectid.verification), one to enqueue."""
    opened = [new_session(is_invited=True) for _ in range(sessions)][-1]
    with count_statements() as statements:
        post(PATH, **opened.headers)
    assert len(statements) <= 8
