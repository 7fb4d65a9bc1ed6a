"""``connectid unlock``."""

from typing import Any

import pytest

from connectid.accounts.models import Account
from connectid.cli.tests.conftest import Connectid
from connectid.core import clock
from connectid.recovery.operations import closing
from connectid.testing.scene import new_account

pytestmark = pytest.mark.django_db


def new_locked(**fields: Any) -> Account:
    account = new_account(**fields)
    closing.lock(account_id=account.pk, at=clock.now())
    return account


@pytest.mark.parametrize("name", ["username", "phone_number"])
def test_by_either_name(connectid: Connectid, name: str) -> None:
    account = new_locked()
    result = connectid("unlock", str(getattr(account, name)))
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, f"{account.username} is unlocked.")
    account.refresh_from_db()
    assert (account.is_active, account.is_locked) == (True, False)


def test_an_account_that_is_not_locked(connectid: Connectid) -> None:
    for name in (new_account().username, new_account(is_active=False).phone_number, "nobody"):
        result = connectid("unlock", name)
        assert result.exit_code == 1
        assert result.output == "Error: No locked account has this number or username.\n"


def test_a_number_of_another_account(connectid: Connectid) -> None:
    account = new_locked()
    new_account(phone_number=account.phone_number)
    result = connectid("unlock", account.phone_number)
    assert result.exit_code == 1
    assert "Another active account has the number" in result.output
    account.refresh_from_db()
    assert account.is_locked


def test_no_number_is_logged(connectid: Connectid, capfd: pytest.CaptureFixture[str]) -> None:
    account = new_locked()
    result = connectid("unlock", account.phone_number)
    logged = "".join(capfd.readouterr())
    assert account.phone_number not in result.output + logged
    assert account.phone_number.removeprefix("+") not in result.output + logged
