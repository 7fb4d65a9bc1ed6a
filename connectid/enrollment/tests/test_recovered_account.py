"""What becomes of an account, its former phone and other sessions once a backup code was confirmed (E-14, E-19)."""

import pytest
from django.db import connection
from django.test import Client

from connectid.devices.models import PushRegistration
from connectid.enrollment.tests.conftest import Post
from connectid.enrollment.tests.recovering import WRONG, confirm, session_of, told
from connectid.jobs.draining import run_pending
from connectid.recovery.operations.notices import MOVED_SUBJECT
from connectid.sandbox import inbox
from connectid.testing.budget import SIZES, StatementBudget
from connectid.testing.grants import grant, granted
from connectid.testing.scene import BACKUP_CODE, basic, new_account, new_phone
from connectid.testing.statements import count_statements

DIFFERENT_DEVICE = (401, {"error_code": "LOGIN_FROM_DIFFERENT_DEVICE"})


def test_the_former_phone_is_told_that_the_account_moved(post: Post, client: Client) -> None:
    """A1: 401 on Basic, because a 400 would wipe the app."""
    phone = new_phone()
    confirm(post, session_of(phone.account))
    assert told(client.get("/users/fetch_db_key", headers=phone.headers)) == DIFFERENT_DEVICE


def test_a_wrong_code_leaves_the_former_phone_alone(post: Post, client: Client) -> None:
    phone = new_phone()
    grant(phone.account)
    confirm(post, session_of(phone.account), WRONG)
    assert client.get("/users/fetch_db_key", headers=phone.headers).status_code == 200
    assert granted(phone.account) == (1, 1, 1)


def test_tokens_and_pushes_of_the_former_phone_end(post: Post) -> None:
    """E-14, and the stale push token."""
    phone, other = new_phone(), new_phone()
    grant(phone.account)
    grant(other.account)
    confirm(post, session_of(phone.account))
    assert granted(phone.account) == (0, 0, 0)
    assert granted(other.account) == (1, 1, 1)
    ended = PushRegistration.objects.get(account=phone.account)
    assert ended.end_reason == "moved"


def test_the_account_stays_what_it_was(post: Post) -> None:
    """17.22: username and storage key never change."""
    account = new_account()
    first, second = (confirm(post, session_of(account)).json() for _ in range(2))
    assert (first["username"], first["db_key"]) == (second["username"], second["db_key"])
    assert first["password"] != second["password"]


def test_a_repeat_after_a_lost_answer(post: Post, client: Client) -> None:
    """The same session, the same code: the same answer with another credential, and nobody is told twice."""
    phone = new_phone(email="worker@example.org")
    opened = session_of(phone.account)
    first, second = (confirm(post, opened).json() for _ in range(2))
    assert second == first | {"password": second["password"]}
    assert "previous_device" in second
    assert told(client.get("/users/fetch_db_key", headers=basic(first["username"], first["password"]))) == (
        DIFFERENT_DEVICE
    )
    assert (
        client.get("/users/fetch_db_key", headers=basic(second["username"], second["password"])).status_code
        == 200
    )
    run_pending()
    assert len(inbox.messages(kind="email", to="worker@example.org")) == 1


def test_the_owner_gets_a_mail(post: Post) -> None:
    """NIST 800-63B-4, 4.2.3: every recovery notifies. The mail names neither number nor name."""
    account = new_account(email="worker@example.org")
    confirm(post, session_of(account))
    run_pending()
    [mail] = inbox.messages(kind="email", to="worker@example.org")
    assert mail.subject == MOVED_SUBJECT
    assert account.phone_number not in mail.text
    assert account.name not in mail.text


def test_without_an_email_there_is_nobody_to_mail(post: Post) -> None:
    confirm(post, session_of(new_account()))
    run_pending()
    assert inbox.messages(kind="email") == []


def test_other_sessions_of_the_account_end(post: Post) -> None:
    """Whoever recovered before can no longer change the account's email (E-19)."""
    account = new_account()
    earlier, later = session_of(account), session_of(account)
    confirm(post, earlier)
    confirm(post, later)
    assert told(confirm(post, earlier)) == (401, {"error_code": "TOKEN_EXPIRED"})
    assert confirm(post, later).status_code == 200


def test_nothing_usable_is_stored(post: Post) -> None:
    """A dump of the tables holds neither code, nor credential, nor session key (E-33)."""
    account = new_account()
    opened = session_of(account)
    confirm(post, opened, WRONG)
    body = confirm(post, opened).json()
    secret = (body["password"], body["db_key"], BACKUP_CODE, opened.key)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table of ours
            content = repr(cursor.fetchall())
            assert [found for found in secret if found in content] == [], table


@pytest.mark.parametrize("number", SIZES)
def test_statements(post: Post, number: int) -> None:
    """As many however many tokens, devices and registrations there were.

    Two for the session and its account, two for the code; one each to hold the account, find the former phone, end other
    sessions and bind this one; three for the device, four for tokens, codes and browsers, four for pushes with the job that says
    farewell, one for the job that mails.
    """
    account = new_account(email="worker@example.org")
    grant(account, number)
    opened = session_of(account)
    with count_statements() as statements:
        assert confirm(post, opened).status_code == 200
    assert len(statements) == 20, statements


def test_statements_of_a_wrong_code(post: Post, statement_budget: StatementBudget) -> None:
    """The session, the account, the count."""
    opened = session_of(new_account())
    with statement_budget.at_most(3):
        confirm(post, opened, WRONG)
