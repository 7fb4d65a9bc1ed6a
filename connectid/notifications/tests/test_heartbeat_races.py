"""POST /users/heartbeat: many at once, on PostgreSQL (E-56)."""

import threading
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from connectid.core import clock
from connectid.devices.models import EndReason, PushRegistration
from connectid.devices.operations import push
from connectid.devices.tests.push_scene import current_address, phone_of, registered
from connectid.oauth.operations import revocation
from connectid.testing.at_once import at_once
from connectid.testing.tokens import IssuedToken, new_token

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

PATH = "/users/heartbeat"


def beat(caller: IssuedToken, address: str) -> Callable[[], int]:
    return lambda: Client().post(PATH, {"fcm_token": address}, headers=caller.headers).status_code


def test_16_heartbeats_with_one_new_address() -> None:
    caller = new_token()
    assert sorted(at_once(*[beat(caller, "address-1")] * 16)) == [201] + [202] * 15
    assert PushRegistration.objects.count() == 1


def test_16_heartbeats_with_different_addresses() -> None:
    caller = new_token()
    answers = at_once(*[beat(caller, f"address-{number}") for number in range(16)])
    assert answers == [201] * 16
    assert PushRegistration.objects.filter(ended_at=None).count() == 1
    assert PushRegistration.objects.count() == 16


def test_former_and_new_addresses_mixed() -> None:
    caller = new_token()
    phone_of(caller.account, "commcare_1")
    at_once(*[beat(caller, f"address-{number % 4}") for number in range(16)])
    answers = at_once(*[beat(caller, f"address-{number % 8}") for number in range(16)])
    assert set(answers) <= {200, 201, 202}
    assert PushRegistration.objects.filter(ended_at=None).count() == 1


def test_16_accounts_with_one_address_on_one_phone() -> None:
    callers = [new_token() for _ in range(16)]
    for caller in callers:
        phone_of(caller.account, "commcare_1")
    answers = at_once(*[beat(caller, "address-1") for caller in callers])
    assert set(answers) <= {200, 201}
    assert 201 in answers
    # Those that began before the first was committed could not know of it: they share, until the next new address.
    assert PushRegistration.objects.filter(ended_at=None).count() >= 1


def test_accounts_that_swap_their_addresses_do_not_wait_for_each_other() -> None:
    callers = [new_token() for _ in range(8)]
    for number, caller in enumerate(callers):
        phone_of(caller.account, "commcare_1")
        registered(f"address-{number}", account=caller.account, installation_id="commcare_1")
    answers = at_once(*[beat(caller, f"address-{(number + 1) % 8}") for number, caller in enumerate(callers)])
    assert set(answers) <= {200, 201}


def test_a_heartbeat_on_its_way_does_not_survive_a_recovery() -> None:
    """The phone that has just lost its account does not get its pushes back (safety: stale push token)."""
    caller = new_token()
    registered("address-1", account=caller.account)
    held, recovered = threading.Event(), threading.Event()

    def recover() -> int:
        with transaction.atomic():
            push.withdraw(account_id=caller.account.pk, at=clock.now(), reason=EndReason.MOVED)
            held.set()
            recovered.wait(timeout=1)  # while the heartbeat waits for the account's row
            revocation.revoke_all(account_id=caller.account.pk)
        return 200

    def late() -> int:
        held.wait(timeout=10)
        return beat(caller, "address-2")()

    assert sorted(at_once(recover, late)) == [200, 401]
    assert current_address(caller.account) == ""


def test_16_heartbeats_and_recoveries() -> None:
    """Whatever comes first, a registration never outlives the tokens of its phone."""
    caller = new_token()

    def recover() -> int:
        with transaction.atomic():
            push.withdraw(account_id=caller.account.pk, at=clock.now(), reason=EndReason.MOVED)
            revocation.revoke_all(account_id=caller.account.pk)
        return 200

    answers = at_once(recover, *(beat(caller, f"address-{number}") for number in range(15)))
    assert set(answers) <= {200, 201, 202, 401}
    assert current_address(caller.account) == ""
