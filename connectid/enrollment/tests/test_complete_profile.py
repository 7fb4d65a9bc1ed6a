"""POST /users/complete_profile (contract 5.6)."""

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from connectid.accounts.models import Account
from connectid.core import clock, passwords
from connectid.devices.models import Device
from connectid.enrollment.tests.completing import PATH, account_of, profile
from connectid.enrollment.tests.conftest import Post
from connectid.jobs.draining import run_pending
from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.testing.scene import basic, new_account, new_session
from connectid.testing.statements import count_statements


def test_an_account_is_made(post: Post) -> None:
    """5.6, row 200: username 20 hex, password 64 hex, db_key 44 characters of base64."""
    opened = new_session(proven=True)
    answer = post(PATH, profile(), **opened.headers)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"username", "password", "db_key", "invited_user"}
    assert re.fullmatch(r"[0-9a-f]{20}", body["username"])
    assert re.fullmatch(r"[0-9a-f]{64}", body["password"])
    assert len(body["db_key"]) == 44
    assert len(base64.b64decode(body["db_key"])) == 32
    assert body["invited_user"] is False
    account = account_of(opened)
    assert (account.username, account.name) == (body["username"], "Chikondi Banda")
    assert account.device_security == "biometric"
    assert account.storage_key == body["db_key"]
    assert passwords.verify_memorised("271828", account.backup_code)[0]


def test_the_device_credential_works(post: Post, client: Client) -> None:
    body = post(PATH, profile(), **new_session(proven=True).headers).json()
    answer = client.get("/users/fetch_db_key", headers=basic(body["username"], body["password"]))
    assert (answer.status_code, answer.json()) == (200, {"db_key": body["db_key"]})


def test_an_invited_number_gets_the_pin_lock(post: Post) -> None:
    opened = new_session(proven=True, is_invited=True)
    assert post(PATH, profile(), **opened.headers).json()["invited_user"] is True
    assert account_of(opened).device_security == "pin"


def test_a_verified_email_becomes_the_accounts(post: Post) -> None:
    opened = new_session(proven=True, verified_email="a@example.org")
    post(PATH, profile(), **opened.headers)
    assert account_of(opened).email == "a@example.org"


def test_an_email_that_somebody_else_has_meanwhile_is_left_out(post: Post) -> None:
    """E-48: a worker must not be stuck for it."""
    new_account(email="A@example.org")
    opened = new_session(proven=True, verified_email="a@example.org")
    assert post(PATH, profile(), **opened.headers).status_code == 200
    assert account_of(opened).email == ""


@pytest.mark.parametrize("missing", ["name", "recovery_pin", "photo"])
@pytest.mark.parametrize("value", ["", None])
def test_missing_data(post: Post, missing: str, value: str | None) -> None:
    """5.6, row 400; the key is `error`."""
    answer = post(PATH, profile(**{missing: value}), **new_session(proven=True).headers)
    assert (answer.status_code, answer.json()) == (400, {"error": "MISSING_DATA"})


@pytest.mark.parametrize("body", [{}, [], profile(name=5), profile(photo=["x"]), profile(name="x" * 256)])
def test_data_of_the_wrong_kind(post: Post, body: Any) -> None:
    answer = post(PATH, body, **new_session(proven=True).headers)
    assert (answer.status_code, answer.json()) == (400, {"error": "MISSING_DATA"})


def test_a_number_with_an_active_account(post: Post) -> None:
    """5.6, row 401: under `error`, because `error_code` would crash the app (4.1)."""
    opened = new_session(proven=True)
    new_account(phone_number=opened.session.phone_number)
    answer = post(PATH, profile(), **opened.headers)
    assert (answer.status_code, answer.json()) == (401, {"error": "ACTIVE_USER_EXISTS"})


def test_a_number_whose_account_was_deactivated(post: Post) -> None:
    opened = new_session(proven=True)
    new_account(phone_number=opened.session.phone_number, is_active=False)
    assert post(PATH, profile(), **opened.headers).status_code == 200


def test_a_number_that_is_not_proven(post: Post) -> None:
    """5.6, row 403."""
    answer = post(PATH, profile(), **new_session().headers)
    assert (answer.status_code, answer.json()) == (403, {"error": "PHONE_NOT_VALIDATED"})


def test_a_repeat_after_a_lost_answer_gets_the_same_account(post: Post) -> None:
    """E-48: same username and db_key, a new credential, one account."""
    opened = new_session(proven=True)
    first, second = (post(PATH, profile(), **opened.headers).json() for _ in range(2))
    assert first["username"] == second["username"]
    assert first["db_key"] == second["db_key"]
    assert first["password"] != second["password"]
    assert Account.objects.filter(phone_number=opened.session.phone_number).count() == 1
    assert Device.objects.filter(account__username=first["username"], revoked_at=None).count() == 1


def test_a_repeat_after_the_credential_was_used_is_refused(post: Post, client: Client) -> None:
    """The phone has its answer; whoever repeats the request now must not take the account over."""
    opened = new_session(proven=True)
    body = post(PATH, profile(), **opened.headers).json()
    client.get("/users/fetch_db_key", headers=basic(body["username"], body["password"]))
    answer = post(PATH, profile(), **opened.headers)
    assert (answer.status_code, answer.json()) == (401, {"error": "ACTIVE_USER_EXISTS"})


def test_no_secret_is_stored_in_plain(post: Post) -> None:
    """E-33: a copy of the database holds nothing usable."""
    opened = new_session(proven=True)
    body = post(PATH, profile(), **opened.headers).json()
    from django.db import connection

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table of ours
            content = repr(cursor.fetchall())
            for secret in (body["password"], body["db_key"], "271828", opened.key):
                assert secret not in content, table


def test_connect_is_told_of_the_sign_up(post: Post) -> None:
    """11 and E-77: invites sent before the sign-up are sent again."""
    opened = new_session(proven=True)
    with (
        FakeHttpServer(lambda _: Answer(200)) as connect,
        override_settings(
            CONNECT_URL=connect.url, COMMCARE_CONNECT_CLIENT_ID="c", COMMCARE_CONNECT_CLIENT_SECRET="s"
        ),
    ):
        body = post(PATH, profile(), **opened.headers).json()
        run_pending()
        [call] = connect.requests
    assert call.path == "/users/resend_invites/"
    assert call.form == {
        "phone_number": [opened.session.phone_number],
        "username": [body["username"]],
        "name": ["Chikondi Banda"],
    }


@pytest.mark.parametrize("others", [0, 50])
def test_statements(post: Post, others: int) -> None:
    """Independent of how many accounts there are."""
    for _ in range(others):
        new_account()
    opened = new_session(proven=True)
    with count_statements() as statements:
        assert post(PATH, profile(), **opened.headers).status_code == 200
    assert len(statements) <= 11


def test_an_old_session_cannot_complete(post: Post) -> None:
    opened = new_session(proven=True)
    with clock.frozen(clock.now() + timedelta(hours=5)):
        answer = post(PATH, profile(), **opened.headers)
    assert (answer.status_code, answer.json()) == (401, {"error_code": "TOKEN_EXPIRED"})
