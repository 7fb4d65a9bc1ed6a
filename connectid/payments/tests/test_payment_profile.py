"""`payment_profile` in what older apps are told when they recover an account (contract 9)."""

from datetime import timedelta
from typing import Any

import pytest

from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.payments.models import PaymentNumber, Status
from connectid.recovery.tests.older_app import OlderApp
from connectid.testing.payees import Payee, new_payee
from connectid.testing.scene import BACKUP_CODE, new_number

pytestmark = pytest.mark.django_db


def told(payee: Payee) -> Any:
    answer = OlderApp(payee.phone.account.phone_number).proven().confirm_pin(BACKUP_CODE)
    assert answer.status_code == 200
    return answer.json()["payment_profile"]


def test_nothing_where_no_number_was_named() -> None:
    assert told(new_payee()) == {}


def test_a_proven_number() -> None:
    payee = new_payee()
    number = payee.prove()
    run_pending()
    PaymentNumber.objects.update(status=Status.APPROVED)
    assert told(payee) == {
        "phone_number": number,
        "owner_name": "Chikondi Banda",
        "telecom_provider": "Sandbox",
        "is_verified": True,
        "status": "approved",
    }


def test_a_number_that_waits_for_its_code() -> None:
    payee, number = new_payee(), new_number()
    payee.name(number)
    profile = told(payee)
    assert (profile["phone_number"], profile["is_verified"], profile["status"]) == (number, False, "pending")


def test_the_number_in_force_comes_before_one_on_hold_or_unproven() -> None:
    payee = new_payee()
    first = payee.prove()
    second = payee.prove()
    payee.name(new_number())
    assert told(payee)["phone_number"] == first
    with clock.frozen(clock.now() + timedelta(hours=72)):
        assert told(payee)["phone_number"] == second
