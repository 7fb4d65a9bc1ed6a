"""POST /users/recover/confirm_backup_code (contract 5.7)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client

from connectid.core import clock
from connectid.devices.models import Device
from connectid.enrollment.tests.conftest import Post
from connectid.enrollment.tests.recovering import PATH, WRONG, confirm, session_of, told
from connectid.testing.scene import BACKUP_CODE, basic, new_account, new_phone, new_session


def test_the_right_code(post: Post) -> None:
    """5.7, row 200 right: exactly these keys for an account without email on its own phone."""
    account = new_account()
    answer = confirm(post, session_of(account))
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"username", "password", "db_key", "invited_user"}
    assert (body["username"], body["db_key"]) == (account.username, account.storage_key)
    assert re.fullmatch(r"[0-9a-f]{32}", body["password"])
    assert body["invited_user"] is False


def test_the_new_credential_works(post: Post, client: Client) -> None:
    account = new_account()
    body = confirm(post, session_of(account)).json()
    answer = client.get("/users/fetch_db_key", headers=basic(body["username"], body["password"]))
    assert told(answer) == (200, {"db_key": account.storage_key})


def test_an_invited_session(post: Post) -> None:
    assert confirm(post, session_of(new_account(), is_invited=True)).json()["invited_user"] is True


def test_three_wrong_codes(post: Post) -> None:
    """5.7, rows wrong and third wrong: 200, 200, 401; and 401 from then on, on every endpoint of the session (A3)."""
    account = new_account()
    opened = session_of(account)
    locked = (401, {"error_code": "LOCKED_ACCOUNT"})
    assert told(confirm(post, opened, WRONG)) == (200, {"attempts_left": 2})
    assert told(confirm(post, opened, WRONG)) == (200, {"attempts_left": 1})
    assert told(confirm(post, opened, WRONG)) == locked
    assert told(confirm(post, opened)) == locked
    assert told(post("/users/check_name", {"name": "x"}, **opened.headers)) == locked
    account.refresh_from_db()
    assert (account.is_active, account.is_locked) == (False, True)


def test_the_count_is_the_accounts_and_not_the_sessions(post: Post) -> None:
    account = new_account()
    assert told(confirm(post, session_of(account), WRONG)) == (200, {"attempts_left": 2})
    assert told(confirm(post, session_of(account), WRONG)) == (200, {"attempts_left": 1})
    assert confirm(post, session_of(account), WRONG).status_code == 401


def test_a_right_code_begins_the_count_anew(post: Post) -> None:
    opened = session_of(new_account())
    confirm(post, opened, WRONG)
    confirm(post, opened, WRONG)
    assert confirm(post, opened).status_code == 200
    assert told(confirm(post, opened, WRONG)) == (200, {"attempts_left": 2})


def test_no_code_was_ever_set(post: Post) -> None:
    """5.7, row 400."""
    opened = session_of(new_account(backup_code=""))
    assert told(confirm(post, opened)) == (400, {"error_code": "NO_RECOVERY_PIN_SET"})


def test_a_number_that_is_not_proven(post: Post) -> None:
    """5.7, row 403; nothing is counted."""
    account = new_account()
    opened = session_of(account, proven=False)
    assert told(confirm(post, opened, WRONG)) == (403, {"error_code": "PHONE_NOT_VALIDATED"})
    account.refresh_from_db()
    assert account.failed_backup_codes == 0


@pytest.mark.parametrize("fields", [None, {"is_active": False}])
def test_a_number_without_an_active_account(post: Post, fields: dict[str, Any] | None) -> None:
    """5.7 and E-47: 404 with `detail`, never 400."""
    opened = new_session(proven=True) if fields is None else session_of(new_account(**fields))
    assert told(confirm(post, opened)) == (404, {"detail": "Not found."})


@pytest.mark.parametrize(
    "body", [{}, {"recovery_pin": ""}, {"recovery_pin": "  "}, {"recovery_pin": None}, []]
)
def test_no_code(post: Post, body: Any) -> None:
    """17.6: no 400; and no try is counted."""
    account = new_account()
    answer = post(PATH, body, **session_of(account).headers)
    assert told(answer) == (403, {"error_code": "MISSING_BACKUP_CODE"})
    account.refresh_from_db()
    assert account.failed_backup_codes == 0


@pytest.mark.parametrize("pin", [{"a": 1}, ["271828"], 2.5, True])
def test_a_code_of_the_wrong_kind(post: Post, pin: Any) -> None:
    assert confirm(post, session_of(new_account()), pin).status_code == 403


@pytest.mark.parametrize("pin", [f" {BACKUP_CODE}\n", int(BACKUP_CODE)])
def test_a_code_as_clients_may_write_it(post: Post, pin: Any) -> None:
    assert confirm(post, session_of(new_account()), pin).status_code == 200


def test_a_form(client: Client, post: Post) -> None:
    """2.1: forms are read like JSON."""
    opened = session_of(new_account())
    assert client.post(PATH, {"recovery_pin": WRONG}, headers=opened.headers).json() == {"attempts_left": 2}
    assert "username" in client.post(PATH, {"recovery_pin": BACKUP_CODE}, headers=opened.headers).json()


def test_the_former_phone(post: Post) -> None:
    """5.7: another model, used in the last 30 days; `last_accessed` in isoformat (2.3)."""
    phone = new_phone()
    body = confirm(post, session_of(phone.account)).json()
    used_at = Device.objects.get(account=phone.account, model="Test").last_accessed_at
    assert used_at is not None
    assert (body["previous_device"], body["last_accessed"]) == ("Test", used_at.isoformat())


def test_a_phone_of_the_same_model(post: Post) -> None:
    """E-25: told apart by its installation of the app."""
    phone = new_phone()
    assert "previous_device" in confirm(post, session_of(phone.account, device_model="Test")).json()


@pytest.mark.parametrize(
    "fields",
    [{"installation_id": "commcare_test", "device_model": "Test"}, {"device_model": ""}],
    ids=["same phone", "unknown phone"],
)
def test_the_former_phone_is_not_told(post: Post, fields: dict[str, str]) -> None:
    body = confirm(post, session_of(new_phone().account, **fields)).json()
    assert not {"previous_device", "last_accessed"} & set(body)


def test_a_former_phone_of_which_only_the_model_is_known(post: Post) -> None:
    """17b: the former server kept no installation ids."""
    phone = new_phone()
    Device.objects.filter(account=phone.account).update(installation_id="")
    assert "previous_device" not in confirm(post, session_of(phone.account, device_model="Test")).json()


def test_a_former_phone_that_was_not_used_for_long(post: Post) -> None:
    phone = new_phone(at=clock.now() - timedelta(days=31))
    assert "previous_device" not in confirm(post, session_of(phone.account)).json()


def test_the_email_of_an_account_that_has_one(post: Post) -> None:
    account = new_account(email="worker@example.org")
    assert confirm(post, session_of(account)).json()["email"] == "worker@example.org"


def test_an_imported_hash(post: Post) -> None:
    """17b."""
    imported = PBKDF2PasswordHasher().encode(BACKUP_CODE, "saltsalt", iterations=10)
    account = new_account(backup_code=imported)
    assert confirm(post, session_of(account)).status_code == 200
    account.refresh_from_db()
    assert account.backup_code.startswith("argon2id_peppered$")


def test_an_expired_session(post: Post) -> None:
    opened = session_of(new_account())
    with clock.frozen(clock.now() + timedelta(hours=5)):
        assert told(confirm(post, opened)) == (401, {"error_code": "TOKEN_EXPIRED"})
