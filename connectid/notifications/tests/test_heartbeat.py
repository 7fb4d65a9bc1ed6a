"""POST /users/heartbeat (contract 5.9; 16, E-56)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.devices.models import EndReason, PushRegistration
from connectid.devices.operations import push
from connectid.devices.tests.push_scene import current_address, phone_of, registered
from connectid.oauth.operations import revocation
from connectid.testing.answers import Answered
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account, new_phone
from connectid.testing.tokens import IssuedToken, new_token

pytestmark = pytest.mark.django_db

PATH = "/users/heartbeat"
FORM = "application/x-www-form-urlencoded"
WARNING = {"warning": "Another device is already active"}


@pytest.fixture
def caller() -> IssuedToken:
    return new_token()


def beat(client: Client, caller: IssuedToken, **fields: Any) -> Answered:
    return client.post(PATH, fields, headers=caller.headers)


def told(answer: Answered) -> tuple[int, Any]:
    return answer.status_code, answer.json()


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
def test_a_new_address(client: Client, caller: IssuedToken, path: str) -> None:
    body = "fcm_token=dQw4:APA91b-_x"
    answer = client.post(path, body, content_type=FORM, headers=caller.headers)
    assert told(answer) == (201, {})
    assert current_address(caller.account) == "dQw4:APA91b-_x"


@pytest.mark.parametrize("kind", ["form", "json", "multipart"])
def test_every_kind_of_body(client: Client, caller: IssuedToken, kind: str) -> None:
    match kind:
        case "form":
            answer = client.post(PATH, "fcm_token=address-1", content_type=FORM, headers=caller.headers)
        case "json":
            body = json.dumps({"fcm_token": "address-1"})
            answer = client.post(PATH, body, content_type="application/json", headers=caller.headers)
        case _:
            answer = client.post(PATH, {"fcm_token": "address-1"}, headers=caller.headers)
    assert told(answer) == (201, {})
    assert current_address(caller.account) == "address-1"


@pytest.mark.parametrize("fields", [{}, {"fcm_token": ""}, {"other": "x"}])
def test_no_address(client: Client, caller: IssuedToken, fields: dict[str, str]) -> None:
    registered(account=caller.account)
    assert told(beat(client, caller, **fields)) == (200, {})
    assert current_address(caller.account) == "address-1"


def test_no_body_at_all(client: Client, caller: IssuedToken) -> None:
    assert told(client.post(PATH, headers=caller.headers)) == (200, {})
    assert told(client.post(PATH, {"fcm_token": None}, "application/json", headers=caller.headers)) == (
        200,
        {},
    )


@pytest.mark.parametrize("address", ["with space", "é", "x" * 4097])
def test_what_is_no_address(client: Client, caller: IssuedToken, address: str) -> None:
    answer = beat(client, caller, fcm_token=address)
    assert (answer.status_code, list(answer.json())) == (400, ["detail"])
    assert not PushRegistration.objects.exists()


def test_the_same_address_again(client: Client, caller: IssuedToken) -> None:
    beat(client, caller, fcm_token="address-1")
    assert told(beat(client, caller, fcm_token="address-1")) == (202, {})
    assert PushRegistration.objects.count() == 1


def test_another_address_takes_the_place_of_the_former(client: Client, caller: IssuedToken) -> None:
    """The last heartbeat wins; what is not used any more is not kept."""
    beat(client, caller, fcm_token="address-1")
    assert told(beat(client, caller, fcm_token="address-2")) == (201, {})
    assert current_address(caller.account) == "address-2"
    former = PushRegistration.objects.exclude(ended_at=None).get()
    assert (former.token, former.end_reason) == ("", EndReason.REPLACED)


def test_a_former_address_that_comes_late(client: Client, caller: IssuedToken) -> None:
    phone_of(caller.account, "commcare_1")
    beat(client, caller, fcm_token="address-1")
    beat(client, caller, fcm_token="address-2")
    assert told(beat(client, caller, fcm_token="address-1")) == (202, WARNING)
    assert current_address(caller.account) == "address-2"


def test_a_former_address_once_the_current_one_is_silent(client: Client, caller: IssuedToken) -> None:
    beat(client, caller, fcm_token="address-1")
    beat(client, caller, fcm_token="address-2")
    with clock.frozen(clock.now() + push.SILENT_AFTER):
        later = new_token(account=caller.account)
        assert told(beat(client, later, fcm_token="address-1")) == (200, {})
    assert current_address(caller.account) == "address-1"


def test_a_former_address_on_the_phone_that_is_used_now(client: Client, caller: IssuedToken) -> None:
    """The account went back to its first phone: its heartbeat wins over one of the second phone's registration (E-56)."""
    phone_of(caller.account, "commcare_1")
    beat(client, caller, fcm_token="address-1")
    phone_of(caller.account, "commcare_2")
    beat(client, caller, fcm_token="address-2")
    phone_of(caller.account, "commcare_1")
    assert told(beat(client, caller, fcm_token="address-1")) == (200, {})
    assert current_address(caller.account) == "address-1"


@pytest.mark.parametrize("reason", [EndReason.MOVED, EndReason.DEAD, EndReason.SILENT])
def test_a_former_address_where_there_is_no_current_one(
    client: Client, caller: IssuedToken, reason: EndReason
) -> None:
    ended = registered(account=caller.account, ended_at=clock.now(), end_reason=reason, token="")
    assert told(beat(client, caller, fcm_token="address-1")) == (200, {})
    ended.refresh_from_db()
    assert (ended.token, ended.ended_at, ended.end_reason) == ("address-1", None, "")


class TestTheAddressOfAnotherAccount:
    """To know an address is not enough to take it away (E-56)."""

    @pytest.fixture
    def owner(self) -> Account:
        owner = new_account()
        phone_of(owner, "commcare_1")
        registered(account=owner, installation_id="commcare_1")
        return owner

    def test_on_another_phone_its_owner_keeps_it(
        self, client: Client, caller: IssuedToken, owner: Account
    ) -> None:
        phone_of(caller.account, "commcare_2")
        assert told(beat(client, caller, fcm_token="address-1")) == (200, {})
        assert current_address(owner) == current_address(caller.account) == "address-1"

    @pytest.mark.parametrize("installation_id", ["", "commcare_1"])
    def test_a_phone_that_does_not_say_which_it_is(
        self, client: Client, caller: IssuedToken, owner: Account, installation_id: str
    ) -> None:
        PushRegistration.objects.update(installation_id=installation_id)
        phone_of(caller.account, "")
        assert told(beat(client, caller, fcm_token="address-1")) == (200, {})
        assert current_address(owner) == "address-1"

    def test_on_the_same_phone_it_moves(self, client: Client, caller: IssuedToken, owner: Account) -> None:
        phone_of(caller.account, "commcare_1")
        assert told(beat(client, caller, fcm_token="address-1")) == (200, {})
        assert (current_address(owner), current_address(caller.account)) == ("", "address-1")
        assert PushRegistration.objects.get(account=owner).end_reason == EndReason.TAKEN_OVER

    def test_its_owner_is_on_another_phone_by_now(
        self, client: Client, caller: IssuedToken, owner: Account
    ) -> None:
        phone_of(owner, "commcare_2")
        beat(client, caller, fcm_token="address-1")
        assert (current_address(owner), current_address(caller.account)) == ("", "address-1")

    def test_its_owner_has_no_phone(self, client: Client, caller: IssuedToken, owner: Account) -> None:
        owner.devices.update(revoked_at=clock.now())
        beat(client, caller, fcm_token="address-1")
        assert (current_address(owner), current_address(caller.account)) == ("", "address-1")

    def test_its_owner_is_silent_for_a_month(
        self, client: Client, caller: IssuedToken, owner: Account
    ) -> None:
        PushRegistration.objects.update(last_heartbeat_at=clock.now() - push.LEFT_AFTER)
        beat(client, caller, fcm_token="address-1")
        assert (current_address(owner), current_address(caller.account)) == ("", "address-1")

    def test_it_ended_there(self, client: Client, caller: IssuedToken, owner: Account) -> None:
        PushRegistration.objects.update(ended_at=clock.now(), token="")
        assert told(beat(client, caller, fcm_token="address-1")) == (201, {})
        assert current_address(owner) == ""


def test_heartbeats_are_noted_now_and_then(client: Client, caller: IssuedToken) -> None:
    now = clock.now()
    for hours, noted in ((0, 0), (4, 0), (8, 0), (13, 13), (17, 13)):
        with clock.frozen(now + timedelta(hours=hours)):
            beat(client, new_token(account=caller.account), fcm_token="address-1")
        assert PushRegistration.objects.get().last_heartbeat_at == now + timedelta(hours=noted)


def test_addresses_change_within_limits(client: Client, caller: IssuedToken) -> None:
    answers = [beat(client, caller, fcm_token=f"address-{number}").status_code for number in range(101)]
    assert answers == [201] * 100 + [429]
    assert beat(client, caller, fcm_token="address-99").status_code == 202


@pytest.mark.parametrize("ending", ["revoked", "inactive"])
def test_who_may_not_call(client: Client, caller: IssuedToken, ending: str) -> None:
    if ending == "revoked":
        revocation.revoke_all(account_id=caller.account.pk)
    else:
        Account.objects.filter(pk=caller.account.pk).update(is_active=False)
    answer = beat(client, caller, fcm_token="address-1")
    assert told(answer) == (401, {"detail": "Authentication credentials were not provided."})
    assert not PushRegistration.objects.exists()


def test_a_device_credential_is_no_access_token(client: Client) -> None:
    """A2 only (E-03 and the other way round)."""
    assert client.post(PATH, headers=new_phone().headers).status_code == 401
    assert client.post(PATH).status_code == 401


def test_statements_of_an_unchanged_address(
    client: Client, caller: IssuedToken, statement_budget: StatementBudget
) -> None:
    statement_budget(
        2,
        grow=lambda n: former(caller, n),
        act=lambda: beat(client, caller, fcm_token="address-1"),
    )


def test_statements_of_a_change(
    client: Client, caller: IssuedToken, statement_budget: StatementBudget
) -> None:
    addresses = (f"next-{number}" for number in range(9))
    statement_budget(
        8,
        grow=lambda n: former(caller, n),
        act=lambda: beat(client, caller, fcm_token=next(addresses)),
    )


def test_statements_of_an_address_that_others_have(
    client: Client, caller: IssuedToken, statement_budget: StatementBudget
) -> None:
    phone_of(caller.account, "commcare_1")

    def act() -> None:
        PushRegistration.objects.filter(account=caller.account).delete()
        assert beat(client, caller, fcm_token="address-1").status_code == 200

    def grow(n: int) -> None:
        for _ in range(n):
            registered(account=new_phone().account)

    statement_budget(9, grow=grow, act=act)  # one of them is the test's own


def former(caller: IssuedToken, number: int) -> None:
    """So many former addresses of the caller, and other accounts with current ones."""
    for count in range(number):
        address = f"former-{number}-{count}"
        registered(address, account=caller.account, ended_at=clock.now(), token="")
        registered(address)
