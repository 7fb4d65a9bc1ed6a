"""Recovering an account as the app does."""

from typing import Any

from connectid.accounts.models import Account
from connectid.enrollment.tests.conftest import Post
from connectid.testing.answers import Answered
from connectid.testing.scene import BACKUP_CODE, OpenSession, new_session

PATH = "/users/recover/confirm_backup_code"
WRONG = "000000"


def session_of(account: Account, **fields: Any) -> OpenSession:
    """A session on another phone that proved the account's number."""
    given: dict[str, Any] = {"proven": True, "installation_id": "commcare_new", "device_model": "Itel A56"}
    return new_session(phone_number=account.phone_number, **given | fields)


def confirm(post: Post, opened: OpenSession, pin: Any = BACKUP_CODE) -> Answered:
    return post(PATH, {"recovery_pin": pin}, **opened.headers)


def told(answer: Answered) -> tuple[int, Any]:
    return answer.status_code, answer.json()
