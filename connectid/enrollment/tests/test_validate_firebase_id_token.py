"""POST /users/validate_firebase_id_token (contract 5.2)."""

from typing import Any

import pytest
from django.test import override_settings

from connectid.core import clock
from connectid.enrollment.models import ProofMethod
from connectid.enrollment.tests.conftest import Post
from connectid.providers.phone_proof.sandbox import claims_of, emulator_token
from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.testing.scene import new_session
from connectid.testing.statements import count_statements
from connectid.testing.vendors import FIREBASE_PROJECT, Vendors

PATH = "/users/validate_firebase_id_token"


def token_for(phone_number: str, **changes: Any) -> str:
    return emulator_token(claims_of(uid="worker", phone_number=phone_number, at=clock.now(), **changes))


def test_a_token_of_the_number_proves_it(post: Post) -> None:
    """5.2, row 200: empty body, phone validated."""
    opened = new_session()
    answer = post(PATH, {"token": token_for(opened.session.phone_number)}, **opened.headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    opened.session.refresh_from_db()
    assert opened.session.is_phone_proven
    assert opened.session.proof_method == ProofMethod.FIREBASE


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": None}, {"token": 5}, {"token": ["x"]}, []])
def test_no_token(post: Post, body: Any) -> None:
    """5.2, row 400 MISSING_TOKEN; the key is `error`."""
    answer = post(PATH, body, **new_session().headers)
    assert (answer.status_code, answer.json()) == (400, {"error": "MISSING_TOKEN"})


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "..", "é"])
def test_a_token_that_is_none(post: Post, token: str) -> None:
    """5.2, row 400 FAILED_VALIDATING_TOKEN."""
    answer = post(PATH, {"token": token}, **new_session().headers)
    assert (answer.status_code, answer.json()) == (400, {"error": "FAILED_VALIDATING_TOKEN"})


def test_an_expired_token(post: Post) -> None:
    opened = new_session()
    answer = post(PATH, {"token": token_for(opened.session.phone_number, exp=1)}, **opened.headers)
    assert (answer.status_code, answer.json()) == (400, {"error": "FAILED_VALIDATING_TOKEN"})


def test_a_token_without_a_user(post: Post) -> None:
    """5.2, row 400 INVALID_TOKEN."""
    opened = new_session()
    token = token_for(opened.session.phone_number, sub="", user_id="")
    answer = post(PATH, {"token": token}, **opened.headers)
    assert (answer.status_code, answer.json()) == (400, {"error": "INVALID_TOKEN"})


@pytest.mark.parametrize("number", ["+265991999999", "", "nonsense"])
def test_a_token_of_another_number(post: Post, number: str) -> None:
    """5.2, row 400 PHONE_MISMATCH."""
    opened = new_session()
    answer = post(PATH, {"token": token_for(number)}, **opened.headers)
    assert (answer.status_code, answer.json()) == (400, {"error": "PHONE_MISMATCH"})
    opened.session.refresh_from_db()
    assert not opened.session.is_phone_proven


def test_certificates_that_cannot_be_read_are_no_fault_of_the_token(post: Post) -> None:
    """5.2: a transient problem is 503, which the app may retry."""
    opened = new_session()
    with (
        Vendors() as vendors,
        FakeHttpServer(lambda _: Answer(500)) as google,
        override_settings(FIREBASE_PROJECT_ID=FIREBASE_PROJECT, FIREBASE_CERTS_URL=google.url),
    ):
        answer = post(PATH, {"token": vendors.id_token(opened.session.phone_number)}, **opened.headers)
    assert answer.status_code == 503
    assert answer.json() == {"error_code": "CONFIGURATION_TEMPORARILY_UNAVAILABLE"}


def test_statements(post: Post) -> None:
    """One to authenticate, one to remember the proof."""
    opened = new_session()
    token = token_for(opened.session.phone_number)
    with count_statements() as statements:
        post(PATH, {"token": token}, **opened.headers)
    assert len(statements) == 2
