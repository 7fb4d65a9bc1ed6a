"""Payment numbers, several requests at once, on PostgreSQL."""

from functools import partial

import pytest

from connectid.payments.models import PaymentNumber
from connectid.testing.at_once import at_once
from connectid.testing.payees import new_payee
from connectid.testing.scene import new_number

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_of_two_confirmations_at_once_one_succeeds() -> None:
    """A code works once, and the account has one number in force."""
    payee, number = new_payee(), new_number()
    payee.name(number)
    confirm = partial(payee.confirm, payee.code(number))
    assert sorted(answer.status_code for answer in at_once(*[confirm] * 8)) == [200] + [401] * 7
    assert PaymentNumber.objects.get().proven_at is not None


def test_numbers_named_at_once() -> None:
    """One of them waits; nobody is answered with a fault."""
    payee = new_payee()
    wanted = [new_number() for _ in range(6)]
    answers = at_once(*[partial(payee.name, number) for number in wanted])
    assert {answer.status_code for answer in answers} == {200}
    assert PaymentNumber.objects.get().phone_number in wanted


def test_a_number_confirmed_while_another_is_named() -> None:
    """Either the code came first or its number was given up; never is a number in force that nobody proved."""
    payee, first, second = new_payee(), new_number(), new_number()
    payee.name(first)
    confirm, name = partial(payee.confirm, payee.code(first)), partial(payee.name, second)
    at_once(confirm, name)
    proven = PaymentNumber.objects.filter(proven_at__isnull=False).values_list("phone_number", flat=True)
    assert set(proven) <= {first}
    assert PaymentNumber.objects.get(proven_at=None).phone_number == second
