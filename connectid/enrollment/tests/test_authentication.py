"""The enrollment session as a credential (contract A3)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from connectid.accounts.models import Account, LockReason
from connectid.core import clock
from connectid.testing.scene import new_account, new_session
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db

PATH = "/users/check_name"


def ask(client: Client, headers: dict[str, str]) -> tuple[int, dict[str, str], str | None]:
    answer = client.post(PATH, {"name": "A"}, content_type="application/json", headers=headers)
    return answer.status_code, answer.json(), answer.headers.get("WWW-Authenticate")


def test_a_live_session_is_let_in(client: Client) -> None:
    status, body, _ = ask(client, new_session(proven=True).headers)
    assert (status, body) == (200, {"account_exists": False, "photo": ""})


def test_an_unknown_key_is_invalid(client: Client) -> None:
    """A3: 401 INVALID_TOKEN."""
    answer = ask(client, {"Authorization": f"Bearer {'0' * 64}"})
    assert answer == (401, {"error_code": "INVALID_TOKEN"}, "Bearer")


def test_an_expired_session_is_told_so_for_days(client: Client) -> None:
    """A3, rule 10: an unknown key crashes the app, an expired one does not."""
    opened = new_session()
    for age in (timedelta(hours=4), timedelta(days=20)):
        with clock.frozen(opened.session.created_at + age):
            answer = ask(client, opened.headers)
        assert answer == (401, {"error_code": "TOKEN_EXPIRED"}, "Bearer")


def test_a_session_lives_four_hours(client: Client) -> None:
    opened = new_session(proven=True)
    with clock.frozen(opened.session.created_at + timedelta(hours=4) - timedelta(seconds=1)):
        assert ask(client, opened.headers)[0] == 200


def test_a_locked_account_of_the_number_closes_the_session(client: Client) -> None:
    """A3: 401 LOCKED_ACCOUNT."""
    opened = new_session(proven=True)
    new_account(phone_number=opened.session.phone_number, is_active=False, locked_at=clock.now())
    assert ask(client, opened.headers) == (401, {"error_code": "LOCKED_ACCOUNT"}, "Bearer")


def new_locked(phone_number: str, **fields: Any) -> Account:
    """An account that was locked for wrong codes a day ago."""
    locked_at = clock.now() - timedelta(hours=24)
    given = {"is_active": False, "locked_at": locked_at, "lock_reason": LockReason.WRONG_CODES}
    return new_account(phone_number=phone_number, **given | fields)


def test_a_lock_whose_time_has_come_ends_here(client: Client) -> None:
    """E-16: the number is not blocked until the job looks; nor does its owner find the account gone."""
    opened = new_session(proven=True)
    account = new_locked(opened.session.phone_number, name="A")
    with override_settings(LOCK_EXPIRES_AFTER_HOURS=24):
        assert ask(client, opened.headers)[:2] == (200, {"account_exists": True, "photo": ""})
    account.refresh_from_db()
    assert (account.is_active, account.is_locked) == (True, False)


@pytest.mark.parametrize("other", [{"lock_reason": LockReason.STAFF}, {"locked_at": clock.now()}])
def test_a_lock_that_stays_closes_the_session(client: Client, other: dict[str, Any]) -> None:
    opened = new_session(proven=True)
    new_locked(opened.session.phone_number, **other)
    with override_settings(LOCK_EXPIRES_AFTER_HOURS=24):
        assert ask(client, opened.headers)[0] == 401
        new_locked(opened.session.phone_number)
        assert ask(client, opened.headers)[0] == 401


def test_a_deactivated_account_of_the_number_does_not(client: Client) -> None:
    opened = new_session(proven=True)
    new_account(phone_number=opened.session.phone_number, is_active=False)
    assert ask(client, opened.headers)[0] == 200


def test_no_header_at_all(client: Client) -> None:
    """A3: 401 with detail."""
    expected = {"detail": "Authentication credentials were not provided."}
    assert ask(client, {}) == (401, expected, "Bearer")


@pytest.mark.parametrize("credentials", ["Bearer", "Bearer a b", "Bearer é"])
def test_a_malformed_header(client: Client, credentials: str) -> None:
    status, body, challenge = ask(client, {"Authorization": credentials})
    assert (status, challenge) == (401, "Bearer")
    assert body == {"detail": "Invalid token header. Token string should not contain spaces."}


@pytest.mark.parametrize("sessions", [1, 50])
def test_one_statement_whatever_the_number_of_sessions(client: Client, sessions: int) -> None:
    opened = [new_session(proven=True) for _ in range(sessions)][-1]
    with count_statements() as statements:
        client.post(
            "/users/check_name", {"name": ""}, content_type="application/json", headers=opened.headers
        )
    assert len(statements) == 1


def test_only_a_digest_of_the_key_is_stored() -> None:
    """E-33."""
    opened = new_session()
    opened.session.refresh_from_db()
    assert opened.key not in {str(value) for value in vars(opened.session).values()}
