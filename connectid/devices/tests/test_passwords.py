"""Passwords of older apps and of the former server, over HTTP (contract A1, 9, 17b; E-29, E-72)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock, passwords
from connectid.devices.models import Device
from connectid.devices.operations import passwords as device_passwords
from connectid.devices.tests.former_server import CHOSEN, imported_account, imported_device, made
from connectid.testing.answers import Answered
from connectid.testing.scene import basic, new_account, new_phone
from connectid.testing.statements import count_statements

PATH = "/users/fetch_db_key"
REFUSED = (401, {"detail": "Invalid username/password."})
ANOTHER_PHONE = (401, {"error_code": "LOGIN_FROM_DIFFERENT_DEVICE"})

pytestmark = pytest.mark.django_db

type Ask = Callable[[Account | str, str], Answered]


@pytest.fixture
def ask(client: Client) -> Ask:
    def asked(who: Account | str, password: str) -> Answered:
        username = who.username if isinstance(who, Account) else who
        answer: Answered = client.get(PATH, headers=basic(username, password))
        return answer

    return asked


def refusal(answer: Answered) -> tuple[int, object]:
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="api"'
    return answer.status_code, answer.json()


def account_with(password: str) -> Account:
    """An account whose phone proves itself by a password that its app chose."""
    account = new_account()
    device_passwords.enrol(
        account_id=account.pk, password_hash=passwords.hash_memorised(password), at=clock.now()
    )
    return account


@pytest.mark.parametrize("length", [32, 64])
def test_an_imported_random_password_verifies_once_and_is_a_device_credential_then(
    ask: Ask, length: int
) -> None:
    """17b: the second call is one statement and no slow hash."""
    password = made()[:length]
    account = imported_account(password)
    answer = ask(account, password)
    assert (answer.status_code, answer.json()) == (200, {"db_key": account.storage_key})
    stored = Account.objects.get(pk=account.pk).password
    assert not passwords.is_memorised_hash(stored)
    with count_statements() as statements:
        assert ask(account, password).status_code == 200
    assert len(statements) == 1


def test_the_imported_device_is_the_one_that_goes_on(ask: Ask) -> None:
    password = made()
    account = imported_account(password)
    device = imported_device(account, used_at=clock.now() - timedelta(days=2))
    ask(account, password)
    [after] = Device.objects.filter(account=account)
    assert (after.pk, after.model, after.revoked_at) == (device.pk, "Itel A56", None)
    assert after.credential_digest
    assert after.last_accessed_at is not None
    assert after.last_accessed_at > clock.now() - timedelta(minutes=1)


def test_an_imported_chosen_password_is_hashed_anew(ask: Ask) -> None:
    """Whoever steals the table must not have it easier than with our own hashes."""
    account = imported_account(CHOSEN)
    assert ask(account, CHOSEN).status_code == 200
    stored = Account.objects.get(pk=account.pk).password
    assert stored.startswith("argon2id_peppered$")
    assert Device.objects.get(account=account).credential_digest is None
    assert ask(account, CHOSEN).status_code == 200
    assert Account.objects.get(pk=account.pk).password == stored


def test_a_password_of_an_older_app(ask: Ask) -> None:
    account = account_with(CHOSEN)
    assert ask(account, CHOSEN).status_code == 200
    assert Device.objects.get(account=account).last_accessed_at is not None
    assert refusal(ask(account, CHOSEN.lower())) == REFUSED


def test_a_right_password_is_remembered_for_a_few_minutes(ask: Ask) -> None:
    """E-72: two statements; nothing is counted, and nothing hashed."""
    account = account_with(CHOSEN)
    ask(account, CHOSEN)
    with count_statements() as statements:
        assert ask(account, CHOSEN).status_code == 200
    assert len(statements) == 2


def test_a_remembered_password_is_none_after_it_changed(ask: Ask) -> None:
    account = account_with(CHOSEN)
    ask(account, CHOSEN)
    with transaction.atomic():
        device_passwords.change(
            account_id=account.pk, password_hash=passwords.hash_memorised("another one"), at=clock.now()
        )
    assert refusal(ask(account, CHOSEN)) == REFUSED
    assert ask(account, "another one").status_code == 200
    assert Device.objects.filter(account=account).count() == 1


def test_a_remembered_password_does_not_open_a_closed_account(ask: Ask) -> None:
    account = account_with(CHOSEN)
    ask(account, CHOSEN)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert refusal(ask(account, CHOSEN)) == REFUSED


def test_a_new_phone_ends_the_password_of_the_old_one(ask: Ask, client: Client) -> None:
    """A1: the old phone is told so while the new one is in use."""
    account = account_with(CHOSEN)
    ask(account, CHOSEN)
    phone = new_phone(account=account)
    assert refusal(ask(account, CHOSEN)) == ANOTHER_PHONE
    assert refusal(ask(account, CHOSEN)) == ANOTHER_PHONE
    assert client.get(PATH, headers=phone.headers).status_code == 200
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert refusal(ask(account, CHOSEN)) == REFUSED


def test_a_new_phone_ends_an_imported_password_that_no_device_came_with(ask: Ask) -> None:
    password = made()
    account = imported_account(password)
    new_phone(account=account)
    assert refusal(ask(account, password)) == ANOTHER_PHONE


def test_an_imported_former_phone(ask: Ask) -> None:
    """17b: LOGIN_FROM_DIFFERENT_DEVICE, by one slow hash, and by one statement from then on."""
    present, former = made(), made()
    account = imported_account(present)
    imported_device(account, former=former)
    imported_device(account)
    assert refusal(ask(account, former)) == ANOTHER_PHONE
    with count_statements() as statements:
        assert refusal(ask(account, former)) == ANOTHER_PHONE
    assert len(statements) == 1
    assert ask(account, present).status_code == 200


def test_an_imported_former_phone_of_an_account_long_unused(ask: Ask) -> None:
    former = made()
    account = imported_account(made())
    imported_device(account, former=former)
    imported_device(account, used_at=clock.now() - timedelta(days=31))
    assert refusal(ask(account, former)) == REFUSED


def test_a_password_in_place_of_a_credential(ask: Ask, client: Client) -> None:
    """A worker of an imported account chooses a password: the credential that became of the imported one ends."""
    phone = new_phone()
    device_passwords.change(
        account_id=phone.account.pk, password_hash=passwords.hash_memorised(CHOSEN), at=clock.now()
    )
    assert refusal(client.get(PATH, headers=phone.headers)) == REFUSED
    assert ask(phone.account, CHOSEN).status_code == 200
    assert Device.objects.filter(account=phone.account).count() == 1


@pytest.mark.parametrize(
    "stored", ["", "!unusable", "pbkdf2_sha256$garbage", "md5$a$b", "argon2id_peppered$x"]
)
def test_what_is_no_hash_opens_nothing(ask: Ask, stored: str) -> None:
    account = new_account(password=stored)
    for password in ("", "!", stored, CHOSEN):
        assert refusal(ask(account, password)) == REFUSED


def test_the_password_of_the_admin_opens_the_admin_only(ask: Ask) -> None:
    staff = Account.objects.create_superuser("root", CHOSEN)
    assert refusal(ask(staff, CHOSEN)) == REFUSED
    Account.objects.filter(pk=staff.pk).update(storage_key="k")
    phone = new_phone(account=staff)
    assert ask(staff, phone.credential).status_code == 200
    assert Account.objects.get(pk=staff.pk).check_password(CHOSEN)


def test_the_username_is_case_sensitive(ask: Ask) -> None:
    account = imported_account(CHOSEN, username="Abcdefabcdefabcdefab")
    assert refusal(ask("abcdefabcdefabcdefab", CHOSEN)) == REFUSED
    assert ask(account, CHOSEN).status_code == 200


@pytest.mark.parametrize("formers", [4, 20])
def test_statements_of_a_wrong_password(ask: Ask, formers: int) -> None:
    """E-72: digest, account, counter, and the digest once more; whatever the number of phones that the account had."""
    account = imported_account(CHOSEN)
    for _ in range(formers):
        imported_device(account, former=made())
    imported_device(account)
    with count_statements() as statements:
        assert refusal(ask(account, "wrong")) == REFUSED
    assert len(statements) == 4


def test_only_the_latest_former_phones_are_tried(ask: Ask) -> None:
    """E-72: each costs a slow hash."""
    account = imported_account(CHOSEN)
    former = [made() for _ in range(5)]
    for password in former:
        imported_device(account, former=password)
    imported_device(account)
    told = [refusal(ask(account, password)) for password in former]
    assert told == [REFUSED] * 2 + [ANOTHER_PHONE] * 3


def test_only_a_hash_is_stored() -> None:
    account = account_with(CHOSEN)
    assert CHOSEN not in str(Account.objects.filter(pk=account.pk).values().get())
