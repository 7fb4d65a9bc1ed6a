"""POST /users/confirm_session_otp (contract 5.4)."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client

from connectid.core import clock
from connectid.enrollment.tests.conftest import Post
from connectid.jobs.draining import run_pending
from connectid.sandbox import inbox
from connectid.testing.at_once import at_once
from connectid.testing.scene import OpenSession, new_session
from connectid.testing.statements import count_statements
from connectid.verification import codes
from connectid.verification.models import Challenge

PATH = "/users/confirm_session_otp"
REFUSED = (401, {"error": "INCORRECT_OTP"})


def asked(post: Post) -> tuple[OpenSession, str]:
    """A session that asked for a code, and the code."""
    opened = new_session(is_invited=True)
    post("/users/send_session_otp", **opened.headers)
    run_pending()
    [message] = inbox.messages(kind="sms", to=opened.session.phone_number)
    return opened, re.findall(r"\d{6}", message.text)[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_code_proves_the_number(post: Post) -> None:
    """5.4, row 200."""
    opened, code = asked(post)
    answer = post(PATH, {"otp": code}, **opened.headers)
    assert (answer.status_code, answer.content) == (200, b"")
    opened.session.refresh_from_db()
    assert opened.session.is_phone_proven


def test_a_wrong_code(post: Post) -> None:
    """5.4, row 401; the key is `error`."""
    opened, code = asked(post)
    answer = post(PATH, {"otp": wrong(code)}, **opened.headers)
    assert (answer.status_code, answer.json()) == REFUSED
    opened.session.refresh_from_db()
    assert not opened.session.is_phone_proven


def test_before_any_code_was_sent(post: Post) -> None:
    """E-49."""
    answer = post(PATH, {"otp": "123456"}, **new_session(is_invited=True).headers)
    assert (answer.status_code, answer.json()) == REFUSED


@pytest.mark.parametrize(
    "body", [{}, {"otp": None}, {"otp": ""}, {"otp": []}, {"otp": {"a": 1}}, {"otp": True}, []]
)
def test_no_code(post: Post, body: Any) -> None:
    opened, _ = asked(post)
    answer = post(PATH, body, **opened.headers)
    assert (answer.status_code, answer.json()) == REFUSED


def test_a_code_sent_as_a_number_counts(post: Post) -> None:
    opened, code = asked(post)
    if not code.startswith("0"):
        assert post(PATH, {"otp": int(code)}, **opened.headers).status_code == 200


def test_a_form_is_taken_too(post: Post, client: Client) -> None:
    """Rule 3."""
    opened, code = asked(post)
    assert client.post(PATH, {"otp": code}, headers=opened.headers).status_code == 200


def test_five_wrong_codes_spend_the_code(post: Post) -> None:
    """E-20: at most five checks a code; then the right one is refused as well."""
    opened, code = asked(post)
    for _ in range(5):
        assert post(PATH, {"otp": wrong(code)}, **opened.headers).status_code == 401
    answer = post(PATH, {"otp": code}, **opened.headers)
    assert (answer.status_code, answer.json()) == REFUSED


def test_an_expired_code(post: Post) -> None:
    opened, code = asked(post)
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        answer = post(PATH, {"otp": code}, **opened.headers)
    assert (answer.status_code, answer.json()) == REFUSED


def test_a_code_works_once(post: Post) -> None:
    """5.3: consumed on success."""
    opened, code = asked(post)
    answers = [post(PATH, {"otp": code}, **opened.headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]


def test_a_repeat_after_a_lost_answer_succeeds(post: Post) -> None:
    """The app asks again after its time-out of 30 seconds (contract 1)."""
    opened, code = asked(post)
    post(PATH, {"otp": code}, **opened.headers)
    with clock.frozen(clock.now() + timedelta(seconds=30)):
        assert post(PATH, {"otp": code}, **opened.headers).status_code == 200


def test_a_code_opens_only_the_session_that_asked(post: Post) -> None:
    opened, code = asked(post)
    other = new_session(is_invited=True, phone_number=opened.session.phone_number)
    answer = post(PATH, {"otp": code}, **other.headers)
    assert (answer.status_code, answer.json()) == REFUSED


@pytest.mark.parametrize("body", [b'{"otp":"123456"}', b"{", b"[]"])
def test_an_uninvited_number_is_refused_before_its_body_is_read(
    client: Client, db: None, body: bytes
) -> None:
    """5.4, row 403; 2.1, corrected."""
    answer = client.generic(
        "POST", PATH, body, content_type="application/json", headers=new_session().headers
    )
    assert (answer.status_code, answer.json()) == (403, {"error_code": "NOT_ALLOWED"})


@pytest.mark.parametrize("sessions", [1, 30])
def test_statements(post: Post, sessions: int) -> None:
    """One to authenticate, four to check, one to remember."""
    for _ in range(sessions - 1):
        asked(post)
    opened, code = asked(post)
    with count_statements() as statements:
        post(PATH, {"otp": code}, **opened.headers)
    assert len(statements) <= 6


def confirm_at_once(opened: OpenSession, codes: list[str]) -> list[int]:
    """Confirm every code at the same time, each over a connection of its own; return the statuses."""

    def confirm(code: str) -> int:
        answer = Client().post(PATH, {"otp": code}, content_type="application/json", headers=opened.headers)
        return answer.status_code

    return at_once(*(partial(confirm, code) for code in codes))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_64_parallel_guesses_evaluate_at_most_five(client: Client) -> None:
    """Guessing (E-20)."""
    opened = new_session(is_invited=True)
    client.post("/users/send_session_otp", headers=opened.headers)
    statuses = confirm_at_once(opened, [f"{number:06d}" for number in range(64)])
    assert len(statuses) == 64
    assert set(statuses) <= {200, 401}
    assert Challenge.objects.get(scope=opened.session.challenge_scope).attempts <= 5


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_16_parallel_right_codes_one_succeeds(client: Client) -> None:
    """A code works once, whoever asks at the same moment."""
    opened = new_session(is_invited=True)
    client.post("/users/send_session_otp", headers=opened.headers)
    code = codes.code_of(Challenge.objects.get(scope=opened.session.challenge_scope))
    assert sorted(confirm_at_once(opened, [code] * 16)) == [200] + [401] * 15


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_32_parallel_resends_one_sends(client: Client) -> None:
    """Contract 5.3 and E-26: sessions of one number share the gate."""
    first = new_session(is_invited=True)
    sessions = [first] + [
        new_session(is_invited=True, phone_number=first.session.phone_number) for _ in range(31)
    ]
    at_once(
        *(partial(Client().post, "/users/send_session_otp", headers=opened.headers) for opened in sessions)
    )
    run_pending()
    assert len(inbox.messages(kind="sms", to=first.session.phone_number)) == 1
