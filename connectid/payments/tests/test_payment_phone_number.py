"""POST /users/profile/payment_phone_number (contract 10; E-26)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.payments.models import PaymentNumber
from connectid.payments.operations import numbers
from connectid.sandbox.models import SandboxMessage
from connectid.testing.budget import StatementBudget
from connectid.testing.payees import NAME_NUMBER, new_payee
from connectid.testing.scene import new_number, new_phone
from connectid.testing.tokens import new_token
from connectid.verification.models import Challenge

REFUSED = (400, {"error": "INVALID_PAYMENT_NUMBER"})

pytestmark = pytest.mark.django_db


def texts(number: str) -> list[str]:
    run_pending()
    return [message.text for message in SandboxMessage.objects.filter(recipient=number)]


def test_a_code_goes_to_the_number() -> None:
    """200 with nothing; the text says what its code does, and has one word of six digits."""
    payee, number = new_payee(), new_number()
    answer = payee.name(number, " Chikondi   Banda ")
    assert (answer.status_code, answer.content) == (200, b"")
    [text] = texts(number)
    assert re.fullmatch(r"\d{6} has a worker of CommCare Connect be paid at this number\. .*", text)
    assert len(re.findall(r"\b\d{6}\b", text)) == 1
    stored = PaymentNumber.objects.get()
    assert (stored.account_id, stored.phone_number) == (payee.phone.account.pk, number)
    assert (stored.owner_name, stored.proven_at, stored.starts_at) == ("Chikondi Banda", None, None)


@pytest.mark.parametrize("form", [True, False], ids=["form", "JSON"])
def test_forms_and_separators(client: Client, form: bool) -> None:
    phone = new_phone()
    body = {"phone_number": "+265 99 123 45 67", "owner_name": "Zoë"}
    kind: dict[str, Any] = {} if form else {"content_type": "application/json"}
    assert client.post(NAME_NUMBER, body, headers=phone.headers, **kind).status_code == 200
    assert PaymentNumber.objects.get().phone_number == "+265991234567"


def test_another_number_takes_the_place_of_one_that_waits() -> None:
    """The former one's code proves nothing any more."""
    payee, first, second = new_payee(), new_number(), new_number()
    payee.name(first)
    payee.name(second)
    assert PaymentNumber.objects.get().phone_number == second
    assert payee.confirm(payee.code(first)).status_code == 401
    assert payee.confirm(payee.code(second)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"phone_number": "+265991234567"},
        {"owner_name": "Chikondi"},
        {"phone_number": None, "owner_name": None},
        {"phone_number": "12", "owner_name": "Chikondi"},
        {"phone_number": "0991234567", "owner_name": "Chikondi"},
        {"phone_number": "+265991234567", "owner_name": " \n"},
        {"phone_number": "+265991234567", "owner_name": "n" * 256},
        {"phone_number": ["+265991234567"], "owner_name": "Chikondi"},
    ],
)
def test_what_cannot_be_paid_at(body: Any) -> None:
    """Missing keys were a 500, and `12` was taken; nothing is stored."""
    answer = new_payee().post(NAME_NUMBER, body)
    assert (answer.status_code, answer.json()) == REFUSED
    assert not PaymentNumber.objects.exists()
    assert not Challenge.objects.exists()


def test_whoever_may_not(client: Client) -> None:
    """A1 alone: an access token, which partners hold, redirects nobody's pay (E-03)."""
    body = {"phone_number": new_number(), "owner_name": "Mallory"}
    for headers in ({}, new_token().headers):
        answer = client.post(NAME_NUMBER, body, content_type="application/json", headers=headers)
        assert answer.status_code == 401
    assert not PaymentNumber.objects.exists()


def test_a_stolen_account_texts_ten_strangers_a_day_at_most() -> None:
    """E-26: counted by account, whatever the numbers; the answer stays the same (E-76)."""
    payee = new_payee()
    wanted = [f"+2658810{n:02}{n:03}" for n in range(12)]
    assert {payee.name(number).status_code for number in wanted} == {200}
    assert sum(len(texts(number)) for number in wanted) == 10


def test_a_number_gets_no_second_text_within_a_minute() -> None:
    """E-26: counted by number, whoever asks."""
    number = new_number()
    for _ in range(3):
        new_payee().name(number)
    assert len(texts(number)) == 1


def test_what_nobody_proved_is_forgotten_after_a_week() -> None:
    proven, waiting = new_payee(), new_payee()
    number = proven.prove()
    waiting.name(new_number())
    assert numbers.prune(at=clock.now() + timedelta(days=6)) == 0
    assert numbers.prune(at=clock.now() + timedelta(days=8)) == 1
    assert PaymentNumber.objects.get().phone_number == number


def test_statements(statement_budget: StatementBudget) -> None:
    """The device, the number, and what a code costs."""
    payee, number = new_payee(), new_number()

    def others(count: int) -> None:
        for _ in range(count):
            new_payee().name(new_number())

    payee.name(number)
    statement_budget(4, grow=others, act=lambda: payee.name(number))
    with statement_budget.at_most(9):
        new_payee_number = new_number()
        payee.name(new_payee_number)
