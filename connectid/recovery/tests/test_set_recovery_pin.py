"""POST /users/set_recovery_pin (contract 9; E-03)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from connectid.accounts.models import Account
from connectid.core import passwords
from connectid.core.ratelimit import Limit
from connectid.devices.errors import InvalidDeviceCredential
from connectid.devices.operations import credentials
from connectid.recovery import limits
from connectid.recovery.operations import backup_code
from connectid.testing.answers import Answered
from connectid.testing.budget import StatementBudget
from connectid.testing.older_app import OlderApp, registered
from connectid.testing.scene import BACKUP_CODE, EnrolledPhone, new_phone
from connectid.testing.tokens import new_token

PATH = "set_recovery_pin"
NEW = "314159"

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone() -> EnrolledPhone:
    return new_phone(failed_backup_codes=2, failed_codes_in_a_row=5)


def set_pin(phone: EnrolledPhone, pin: Any) -> Answered:
    return OlderApp().post(PATH, {"recovery_pin": pin}, headers=phone.headers)


def has(phone: EnrolledPhone, code: str) -> bool:
    return passwords.verify_memorised(code, Account.objects.get(pk=phone.account.pk).backup_code)[0]


def test_a_backup_code(phone: EnrolledPhone) -> None:
    """9, row 200."""
    answer = set_pin(phone, NEW)
    assert (answer.status_code, answer.content) == (200, b"")
    assert has(phone, NEW)
    assert not has(phone, BACKUP_CODE)


def test_the_first_backup_code_of_a_registered_account() -> None:
    app = registered()
    assert app.post(PATH, {"recovery_pin": NEW}).status_code == 200
    assert app.account.backup_code.startswith("argon2id_peppered$")


def test_a_new_code_begins_the_counter_anew_and_changes_nothing_else(phone: EnrolledPhone) -> None:
    before = Account.objects.get(pk=phone.account.pk)
    set_pin(phone, NEW)
    after = Account.objects.get(pk=phone.account.pk)
    fields = [field.name for field in Account._meta.concrete_fields]
    changed = {name for name in fields if getattr(before, name) != getattr(after, name)}
    assert changed == {"backup_code", "failed_backup_codes", "failed_codes_in_a_row"}
    assert (after.failed_backup_codes, after.failed_codes_in_a_row) == (0, 0)


@pytest.mark.parametrize(
    "pin", [None, "", "  ", "12345", "1234567", "12345a", "١٢٣٤٥٦", -12345, [], {}, True]
)
def test_what_is_no_code(phone: EnrolledPhone, pin: Any) -> None:
    """9, row 400."""
    answer = set_pin(phone, pin)
    assert (answer.status_code, answer.json()) == (400, {"error": "MISSING_RECOVERY_PIN"})
    assert has(phone, BACKUP_CODE)


@pytest.mark.parametrize(("typed", "code"), [(" 012345 ", "012345"), (12345, "012345"), (314159, NEW)])
def test_a_code_as_typed_and_as_a_number(phone: EnrolledPhone, typed: Any, code: str) -> None:
    assert set_pin(phone, typed).status_code == 200
    assert has(phone, code)


def test_a_token_of_the_account_is_no_login_here(phone: EnrolledPhone) -> None:
    """E-03: partner servers hold it."""
    headers = new_token(account=phone.account).headers
    answer = OlderApp().post(PATH, {"recovery_pin": NEW}, headers=headers)
    assert answer.status_code == 401
    assert has(phone, BACKUP_CODE)


def test_a_phone_that_is_replaced_meanwhile(phone: EnrolledPhone) -> None:
    """Between the look at its credential and the change, the account moved on."""
    device = credentials.authenticate(
        username=phone.account.username,
        credential=phone.credential,
        address="192.0.2.1",
        at=phone.account.date_joined,
    )
    new_phone(account=phone.account)
    with pytest.raises(InvalidDeviceCredential):
        backup_code.replace(device=device, code=NEW)
    assert has(phone, BACKUP_CODE)


def test_changes_are_limited(phone: EnrolledPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECRETS_PER_ACCOUNT", Limit("test", 2, within=timedelta(hours=1)))
    assert [set_pin(phone, NEW).status_code for _ in range(3)] == [200, 200, 429]


def test_switched_off(phone: EnrolledPhone) -> None:
    with override_settings(LEGACY_MOBILE_API=False):
        assert set_pin(phone, NEW).status_code == 404


def test_statements(statement_budget: StatementBudget, phone: EnrolledPhone) -> None:
    """One for the credential, one that holds account and device, one to store the hash."""

    def grow(number: int) -> None:
        for _ in range(number):
            new_phone()

    statement_budget(3, grow=grow, act=lambda: set_pin(phone, NEW))
