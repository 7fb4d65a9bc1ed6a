"""POST /users/verify_email_otp (contract 5.13)."""

import re
from typing import Any

import pytest

from connectid.enrollment.tests.conftest import Post
from connectid.jobs.draining import run_pending
from connectid.sandbox import inbox
from connectid.testing.scene import new_account, new_phone, new_session
from connectid.testing.statements import count_statements
from connectid.toggles import operations as toggles

PATH = "/users/verify_email_otp"
EMAIL = "worker@example.org"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def switched_on(db: None) -> None:
    toggles.set_switch("email_otp_verification", active=True)


def code_for(post: Post, headers: dict[str, str], email: str = EMAIL) -> str:
    assert post("/users/send_email_otp", {"email": email}, **headers).status_code == 200
    run_pending()
    mail = inbox.messages(kind="email", to=email.lower())[0]
    return str(re.findall(r"\b\d{6}\b", mail.text)[0])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_device_sets_its_accounts_email(post: Post) -> None:
    """5.13, row 200; effect for Basic."""
    phone = new_phone()
    answer = post(PATH, {"email": EMAIL, "otp": f" {code_for(post, phone.headers)} "}, **phone.headers)
    assert (answer.status_code, answer.content) == (200, b"")
    phone.account.refresh_from_db()
    assert phone.account.email == EMAIL


def test_a_session_keeps_it_for_its_account_to_be(post: Post) -> None:
    """5.13; effect for a session."""
    opened = new_session(proven=True)
    post(PATH, {"email": EMAIL, "otp": code_for(post, opened.headers)}, **opened.headers)
    opened.session.refresh_from_db()
    assert opened.session.verified_email == EMAIL


def test_a_session_that_only_proved_the_number_never_touches_an_account(post: Post) -> None:
    """E-19."""
    account = new_account(email="old@example.org")
    opened = new_session(proven=True, phone_number=account.phone_number)
    answer = post(PATH, {"email": EMAIL, "otp": code_for(post, opened.headers)}, **opened.headers)
    assert answer.status_code == 200
    account.refresh_from_db()
    assert account.email == "old@example.org"


def test_a_session_that_opened_the_account_sets_its_email(post: Post) -> None:
    account = new_account(email="old@example.org")
    opened = new_session(proven=True, phone_number=account.phone_number, account=account)
    post(PATH, {"email": EMAIL, "otp": code_for(post, opened.headers)}, **opened.headers)
    account.refresh_from_db()
    assert account.email == EMAIL


@pytest.mark.parametrize("body", [{}, {"email": EMAIL}, {"otp": "123456"}, {"email": EMAIL, "otp": " "}, []])
def test_missing_data(post: Post, body: Any) -> None:
    """5.13, row 400 MISSING_DATA."""
    answer = post(PATH, body, **new_phone().headers)
    assert (answer.status_code, answer.json()) == (400, {"error_code": "MISSING_DATA"})


@pytest.mark.parametrize("email", ["nonsense", "never-asked@example.org"])
def test_an_address_without_a_code(post: Post, email: str) -> None:
    """5.13, row 400 INVALID_DATA."""
    answer = post(PATH, {"email": email, "otp": "123456"}, **new_phone().headers)
    assert (answer.status_code, answer.json()) == (400, {"error_code": "INVALID_DATA"})


def test_a_wrong_code(post: Post) -> None:
    """5.13, row 401; the key is `error_code` here."""
    phone = new_phone()
    answer = post(PATH, {"email": EMAIL, "otp": wrong(code_for(post, phone.headers))}, **phone.headers)
    assert (answer.status_code, answer.json()) == (401, {"error_code": "INCORRECT_OTP"})
    phone.account.refresh_from_db()
    assert phone.account.email == ""


@pytest.mark.parametrize("taken", [EMAIL, EMAIL.upper()])
@pytest.mark.parametrize("who", ["session", "device"])
def test_an_address_of_another_account(post: Post, who: str, taken: str) -> None:
    """5.13, row 400 EMAIL_ALREADY_IN_USE, and only after the code was right; E-50: whatever its case."""
    new_account(email=taken)
    headers = new_session(proven=True).headers if who == "session" else new_phone().headers
    answer = post(PATH, {"email": EMAIL, "otp": code_for(post, headers)}, **headers)
    assert (answer.status_code, answer.json()) == (400, {"error_code": "EMAIL_ALREADY_IN_USE"})


def test_a_session_that_is_not_proven(post: Post) -> None:
    """5.13, row 403."""
    answer = post(PATH, {"email": EMAIL, "otp": "123456"}, **new_session().headers)
    assert (answer.status_code, answer.json()) == (403, {"error_code": "PHONE_NOT_VALIDATED"})


def test_switched_off(post: Post) -> None:
    """5.13, row 404."""
    toggles.set_switch("email_otp_verification", active=False)
    answer = post(PATH, {"email": EMAIL, "otp": "123456"}, **new_phone().headers)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_somebody_elses_code_is_of_no_use(post: Post) -> None:
    phone, other = new_phone(), new_phone()
    code = code_for(post, phone.headers)
    answer = post(PATH, {"email": EMAIL, "otp": code}, **other.headers)
    assert (answer.status_code, answer.json()) == (400, {"error_code": "INVALID_DATA"})


@pytest.mark.parametrize("others", [1, 30])
def test_statements(post: Post, others: int) -> None:
    phone = [new_phone() for _ in range(others)][-1]
    code = code_for(post, phone.headers)
    with count_statements() as statements:
        post(PATH, {"email": EMAIL, "otp": code}, **phone.headers)
    assert len(statements) <= 8
