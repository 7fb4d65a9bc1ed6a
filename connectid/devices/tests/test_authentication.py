"""Device Basic authentication (contract A1), over HTTP at an endpoint that does nothing else."""

import base64
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client, override_settings

from connectid.accounts.models import Account
from connectid.core import clock, keyring
from connectid.devices import queries
from connectid.devices.models import Device
from connectid.devices.operations import credentials as devices
from connectid.devices.operations import passwords
from connectid.devices.queries import KnownDevice
from connectid.testing.answers import Answered
from connectid.testing.scene import EnrolledPhone, basic, new_account, new_phone
from connectid.testing.statements import count_statements

PATH = "/users/fetch_db_key"
REFUSED = (401, {"detail": "Invalid username/password."})

pytestmark = pytest.mark.django_db


def ask(client: Client, headers: dict[str, str]) -> Answered:
    answer: Answered = client.get(PATH, headers=headers)
    return answer


def refusal(answer: Answered) -> tuple[int, object]:
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="api"'
    return answer.status_code, answer.json()


def test_the_current_device(client: Client) -> None:
    assert ask(client, new_phone().headers).status_code == 200


def test_a_wrong_credential(client: Client) -> None:
    """2.4."""
    phone = new_phone()
    assert refusal(ask(client, basic(phone.account.username, "0" * 64))) == REFUSED


def test_an_unknown_username(client: Client) -> None:
    assert refusal(ask(client, basic("nobody", new_phone().credential))) == REFUSED


def test_somebody_elses_credential(client: Client) -> None:
    phone, other = new_phone(), new_phone()
    assert refusal(ask(client, basic(other.account.username, phone.credential))) == REFUSED


def test_the_username_is_case_sensitive(client: Client) -> None:
    phone = new_phone(username="abcdefabcdefabcdefab")
    assert refusal(ask(client, basic(phone.account.username.upper(), phone.credential))) == REFUSED


def test_an_inactive_account(client: Client) -> None:
    """2.4: the same words as for a wrong credential."""
    phone = new_phone()
    Account.objects.filter(pk=phone.account.pk).update(is_active=False)
    assert refusal(ask(client, phone.headers)) == REFUSED


def moved(phone: EnrolledPhone) -> EnrolledPhone:
    """The same account on a newer phone."""
    return new_phone(account=phone.account)


def test_a_device_that_was_replaced(client: Client) -> None:
    """A1: 401 LOGIN_FROM_DIFFERENT_DEVICE, not 400, which would wipe the app (4.1)."""
    phone = new_phone()
    moved(phone)
    assert refusal(ask(client, phone.headers)) == (401, {"error_code": "LOGIN_FROM_DIFFERENT_DEVICE"})


def test_a_device_whose_replacement_is_long_unused(client: Client) -> None:
    """A1: only while the newer device was used within 30 days."""
    phone = new_phone()
    moved(phone)
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert refusal(ask(client, phone.headers)) == REFUSED


def test_the_different_device_answer_needs_the_right_old_credential(client: Client) -> None:
    """Who guesses a credential learns nothing of the account's devices."""
    phone = new_phone()
    moved(phone)
    assert refusal(ask(client, basic(phone.account.username, "1" * 64))) == REFUSED


def test_no_credentials(client: Client) -> None:
    expected = (401, {"detail": "Authentication credentials were not provided."})
    assert refusal(ask(client, {})) == expected
    assert refusal(ask(client, {"Authorization": "Bearer x"})) == expected


@pytest.mark.parametrize(
    "encoded", ["", "!!!", base64.b64encode(b"no colon").decode(), base64.b64encode(b"\xff:x").decode()]
)
def test_a_malformed_header(client: Client, encoded: str) -> None:
    """2.4: `Invalid basic header. …`."""
    status, body = refusal(ask(client, {"Authorization": f"Basic {encoded}"}))
    assert status == 401
    assert isinstance(body, dict)
    assert body["detail"].startswith("Invalid basic header.")


def test_use_is_noted_at_most_once_an_hour(client: Client) -> None:
    phone = new_phone()
    start = clock.now()
    for minutes, written in ((1, False), (59, False), (61, True), (62, False)):
        with clock.frozen(start + timedelta(minutes=minutes)), count_statements() as statements:
            ask(client, phone.headers)
        assert len(statements) == (2 if written else 1)


def test_first_use_is_noted_at_once(client: Client) -> None:
    account = new_account()
    credential = devices.issue(account_id=account.pk, installation_id="i", model="m", at=clock.now())
    assert Device.objects.get(account=account).last_accessed_at is None
    ask(client, basic(account.username, credential))
    assert Device.objects.get(account=account).last_accessed_at is not None


def test_rotated_keys(client: Client) -> None:
    """The old key verifies, the new key rewrites; afterwards the old key is not needed any more."""
    phone = new_phone()
    old = settings.SECRET_HASH_KEYS
    new = keyring.parse("new:" + base64.b64encode(b"n" * 32).decode())
    both = keyring.KeyRing([*new, *old])
    with override_settings(SECRET_HASH_KEYS=both):
        assert ask(client, phone.headers).status_code == 200
    with override_settings(SECRET_HASH_KEYS=new):
        assert ask(client, phone.headers).status_code == 200
    with override_settings(SECRET_HASH_KEYS=old):
        assert refusal(ask(client, phone.headers)) == REFUSED


def test_a_credential_that_ends_while_it_is_rewritten_stays_ended(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owner takes a password in its place, between the look at the credential and the rewriting for new keys."""
    phone = new_phone()
    look = queries.by_credential

    def look_and_end(*, username: str, credential: str) -> KnownDevice | None:
        found = look(username=username, credential=credential)
        passwords.change(account_id=phone.account.pk, password_hash=make_password("chosen"), at=clock.now())
        return found

    keys = keyring.parse("new:" + base64.b64encode(b"n" * 32).decode())
    with override_settings(SECRET_HASH_KEYS=keyring.KeyRing([*keys, *settings.SECRET_HASH_KEYS])):
        with monkeypatch.context() as patched:
            patched.setattr(queries, "by_credential", look_and_end)
            ask(client, phone.headers)
        assert Device.objects.get(account=phone.account).credential_digest is None
        assert refusal(ask(client, phone.headers)) == REFUSED


@pytest.mark.parametrize("devices_before", [0, 20])
def test_one_statement_whatever_the_number_of_former_devices(client: Client, devices_before: int) -> None:
    """E-72: no hash per device."""
    phone = new_phone()
    former = phone
    for _ in range(devices_before):
        phone = moved(phone)
    for asking in {id(phone): phone, id(former): former}.values():
        with count_statements() as statements:
            ask(client, asking.headers)
        assert len(statements) == 1


def test_only_a_digest_is_stored() -> None:
    phone = new_phone()
    assert phone.credential not in str(vars(Device.objects.get(account=phone.account)))
