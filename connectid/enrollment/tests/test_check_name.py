"""POST /users/check_name (contract 5.5)."""

from typing import Any

import pytest
from django.test import override_settings

from connectid.enrollment.limits import MAX_NAME_CHECKS
from connectid.enrollment.operations import profile
from connectid.enrollment.tests.conftest import Post
from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.testing.scene import new_account, new_session
from connectid.testing.statements import count_statements

PATH = "/users/check_name"
NOBODY = {"account_exists": False, "photo": ""}


def test_a_number_without_an_account(post: Post) -> None:
    """5.5, row 200."""
    answer = post(PATH, {"name": "Chikondi Banda"}, **new_session(proven=True).headers)
    assert (answer.status_code, answer.json()) == (200, NOBODY)


@pytest.mark.parametrize("name", ["Chikondi Banda", "chikondi  banda", "Banda Chikondi"])
def test_the_account_of_the_same_name(post: Post, name: str) -> None:
    account = new_account(name="Chikondi Banda")
    opened = new_session(proven=True, phone_number=account.phone_number)
    assert post(PATH, {"name": name}, **opened.headers).json() == {"account_exists": True, "photo": ""}


def test_the_account_of_another_name(post: Post) -> None:
    account = new_account(name="Chikondi Banda")
    opened = new_session(proven=True, phone_number=account.phone_number)
    assert post(PATH, {"name": "Wilhelm Achtermann"}, **opened.headers).json() == NOBODY


def test_an_invited_session_needs_no_matching_name(post: Post) -> None:
    account = new_account(name="Chikondi Banda")
    opened = new_session(proven=True, is_invited=True, phone_number=account.phone_number)
    assert post(PATH, {"name": "Wilhelm Achtermann"}, **opened.headers).json()["account_exists"] is True


def test_a_deactivated_account_does_not_exist(post: Post) -> None:
    account = new_account(name="Chikondi Banda", is_active=False)
    opened = new_session(proven=True, phone_number=account.phone_number)
    assert post(PATH, {"name": "Chikondi Banda"}, **opened.headers).json() == NOBODY


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "  "}, {"name": None}, {"name": 5}, []])
def test_no_name(post: Post, body: Any) -> None:
    """5.5, row 400."""
    answer = post(PATH, body, **new_session(proven=True).headers)
    assert (answer.status_code, answer.json()) == (400, {"error_code": "NAME_REQUIRED"})


def test_a_number_that_is_not_proven(post: Post) -> None:
    """5.5, row 403."""
    account = new_account(name="Chikondi Banda")
    opened = new_session(phone_number=account.phone_number)
    answer = post(PATH, {"name": "Chikondi Banda"}, **opened.headers)
    assert (answer.status_code, answer.json()) == (403, {"error_code": "PHONE_NOT_VALIDATED"})


def test_a_session_may_try_ten_names(post: Post) -> None:
    """E-24."""
    account = new_account(name="Chikondi Banda")
    opened = new_session(proven=True, phone_number=account.phone_number)
    for _ in range(MAX_NAME_CHECKS):
        assert post(PATH, {"name": "Wilhelm Achtermann"}, **opened.headers).status_code == 200
    answer = post(PATH, {"name": "Chikondi Banda"}, **opened.headers)
    assert (answer.status_code, answer.json()) == (429, {"error_code": "RATE_LIMITED"})


def test_a_doubtful_name_is_judged_by_the_bot(post: Post) -> None:
    """11: `choices[0].message.content == "MATCH"`."""
    account = new_account(name="Robert Phiri")
    opened = new_session(proven=True, phone_number=account.phone_number)
    for verdict, expected in (("MATCH", True), ("NO_MATCH", False)):
        with (
            FakeHttpServer() as bot,
            override_settings(OCS_URL=bot.url, OCS_API_KEY="k", OCS_CULTURAL_NAME_BOT_ID="b"),
        ):
            bot.answers(Answer(json={"choices": [{"message": {"content": verdict}}]}))
            assert post(PATH, {"name": "Bob Phiri"}, **opened.headers).json()["account_exists"] is expected
            assert len(bot.requests) == 1


def test_without_the_bot_a_doubtful_name_matches(post: Post) -> None:
    """5.5: true when the name-similarity bot is not configured."""
    account = new_account(name="Robert Phiri")
    opened = new_session(proven=True, phone_number=account.phone_number)
    assert post(PATH, {"name": "Bob Phiri"}, **opened.headers).json()["account_exists"] is True


@pytest.mark.django_db(transaction=True)  # so that the deadline of calls at once applies
def test_a_judge_and_a_photo_that_hang_do_not_fail_the_answer(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile, "NAME_CHECK_DEADLINE", 0.2)
    account = new_account(name="Robert Phiri", photo_key="aa/none.webp")
    opened = new_session(proven=True, phone_number=account.phone_number)
    with (
        FakeHttpServer(lambda _: Answer(delay=2, json={"choices": []})) as bot,
        override_settings(OCS_URL=bot.url, OCS_API_KEY="k", OCS_CULTURAL_NAME_BOT_ID="b"),
    ):
        answer = post(PATH, {"name": "Bob Phiri"}, **opened.headers)
    assert (answer.status_code, answer.json()) == (200, {"account_exists": True, "photo": ""})


@pytest.mark.parametrize("others", [0, 50])
def test_statements(post: Post, others: int) -> None:
    """One to authenticate, one to count, one to find the account."""
    for _ in range(others):
        new_account()
    account = new_account(name="Chikondi Banda")
    opened = new_session(proven=True, phone_number=account.phone_number)
    with count_statements() as statements:
        post(PATH, {"name": "Chikondi Banda"}, **opened.headers)
    assert len(statements) == 3
