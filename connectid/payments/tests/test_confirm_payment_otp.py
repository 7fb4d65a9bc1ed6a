"""POST /users/profile/confirm_payment_otp (contract 10; E-20)."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.jobs.models import Job
from connectid.notifications.models import Notification
from connectid.payments.models import PaymentNumber, Status
from connectid.payments.queries import paid_at
from connectid.providers.errors import Unavailable
from connectid.sandbox.models import SandboxMessage
from connectid.testing.budget import StatementBudget
from connectid.testing.older_app import wrong
from connectid.testing.payees import CONFIRM, Payee, new_payee
from connectid.testing.scene import new_number

REFUSED = (401, {"error": "OTP token is incorrect"})
HOLD = timedelta(hours=72)

pytestmark = pytest.mark.django_db


def paid(payee: Payee, *, after: timedelta = timedelta(0)) -> list[tuple[str, str]]:
    """At which number whoever pays would pay, and what they made of it."""
    found = paid_at([payee.username], status="", at=clock.now() + after)
    return [(one.phone_number, one.status) for one in found]


def test_the_right_code() -> None:
    payee, number = new_payee(), new_number()
    payee.name(number)
    assert paid(payee) == []
    answer = payee.confirm(payee.code(number))
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert paid(payee) == [(number, "pending")]


def test_a_wrong_code() -> None:
    payee, number = new_payee(), new_number()
    payee.name(number)
    answer = payee.confirm(wrong(payee.code(number)))
    assert (answer.status_code, answer.json()) == REFUSED
    assert paid(payee) == []


@pytest.mark.parametrize("body", [{}, {"token": None}, {"token": ""}, {"token": []}, []])
def test_no_code(body: Any) -> None:
    payee = new_payee()
    payee.name(new_number())
    answer = payee.post(CONFIRM, body)
    assert (answer.status_code, answer.json()) == REFUSED


def test_a_code_as_a_number_and_before_any_was_sent() -> None:
    payee = new_payee()
    assert payee.post(CONFIRM, {"token": 123456}).status_code == 401


def test_five_tries() -> None:
    """E-20: then the right one is refused as well."""
    payee, number = new_payee(), new_number()
    payee.name(number)
    code = payee.code(number)
    for _ in range(5):
        assert payee.confirm(wrong(code)).status_code == 401
    assert payee.confirm(code).status_code == 401


def test_somebody_elses_code() -> None:
    """Two workers name one number: each has a code of their own."""
    number = new_number()
    one, other = new_payee(), new_payee()
    one.name(number)
    code = one.code(number)
    other.name(number)
    assert other.confirm(code).status_code == 401
    assert one.confirm(code).status_code == 200


def test_a_lost_answer_is_repeated() -> None:
    """Not at once, which would be a second use of the code, and not for ever."""
    payee, number = new_payee(), new_number()
    payee.name(number)
    code, start = payee.code(number), clock.now()
    assert payee.confirm(code).status_code == 200
    for seconds, status in [(1, 401), (30, 200), (601, 401)]:
        with clock.frozen(start + timedelta(seconds=seconds)):
            assert payee.confirm(code).status_code == status


def test_the_carrier_is_looked_up_by_a_job() -> None:
    payee, number = new_payee(), new_number()
    payee.name(number)
    payee.confirm(payee.code(number))
    assert PaymentNumber.objects.get().telecom_provider == ""
    run_pending()
    stored = PaymentNumber.objects.get()
    assert (stored.telecom_provider, stored.line_type) == ("Sandbox", "mobile")


@pytest.mark.parametrize(("ending", "line_type"), [("0191", ""), ("0193", "landline")])
def test_what_the_carrier_knows(ending: str, line_type: str) -> None:
    payee = new_payee()
    payee.prove(f"+26599123{ending}")
    run_pending()
    assert PaymentNumber.objects.get().line_type == line_type
    assert not Job.objects.exists()


def test_a_carrier_that_does_not_answer_is_asked_again() -> None:
    payee = new_payee()
    payee.prove("+265991230192")
    run_pending()
    job = Job.objects.get()
    assert (job.task.rpartition(".")[2], job.attempts) == ("look_up_carrier", 1)
    assert job.error_class.endswith(Unavailable.__name__)
    assert job.args == [PaymentNumber.objects.get().pk]


def test_another_number_is_paid_after_a_hold() -> None:
    """Whoever took the phone over does not get the next pay: the former number is told, and stays in force."""
    payee = new_payee()
    first = payee.prove()
    PaymentNumber.objects.update(status=Status.APPROVED)
    second = payee.prove()
    assert paid(payee) == [(first, "approved")]
    assert paid(payee, after=HOLD - timedelta(minutes=1)) == [(first, "approved")]
    assert paid(payee, after=HOLD) == [(second, "pending")]
    run_pending()
    text = SandboxMessage.objects.filter(recipient=first).latest("pk").text
    assert "will no longer come to this number" in text
    notice = Notification.objects.get(account=payee.phone.account)
    assert "Your payment number will change" in notice.payload
    assert second not in notice.payload


def test_a_change_is_taken_back_by_proving_the_former_number_again() -> None:
    payee = new_payee()
    first = payee.prove()
    payee.prove()
    with clock.frozen(clock.now() + timedelta(hours=1)):
        payee.prove(first)
    assert paid(payee) == paid(payee, after=2 * HOLD) == [(first, "pending")]
    assert PaymentNumber.objects.get().ends_at is None


def test_a_third_number_replaces_the_one_on_hold_and_waits_itself() -> None:
    payee = new_payee()
    first = payee.prove()
    payee.prove()
    with clock.frozen(clock.now() + timedelta(hours=71)):
        third = payee.prove()
    assert paid(payee, after=HOLD) == [(first, "pending")]
    assert paid(payee, after=timedelta(hours=71) + HOLD) == [(third, "pending")]
    assert PaymentNumber.objects.count() == 2


def test_proving_the_held_number_again_does_not_shorten_the_hold() -> None:
    payee = new_payee()
    first = payee.prove()
    second = payee.prove()
    with clock.frozen(clock.now() + timedelta(hours=1)):
        payee.prove(second, "Mary Banda")
    assert paid(payee, after=HOLD - timedelta(minutes=1)) == [(first, "pending")]
    assert paid(payee, after=HOLD) == [(second, "pending")]
    assert PaymentNumber.objects.get(phone_number=second).owner_name == "Mary Banda"


def test_the_same_number_under_another_name_is_judged_anew() -> None:
    payee = new_payee()
    number = payee.prove()
    PaymentNumber.objects.update(status=Status.APPROVED)
    later = clock.now() + timedelta(hours=1)
    with clock.frozen(later):
        payee.prove(number)
        assert paid(payee) == [(number, "approved")]
    with clock.frozen(later + timedelta(hours=1)):
        payee.prove(number, "Mary Banda")
        assert paid(payee) == [(number, "pending")]


def test_after_a_hold_a_third_number_follows_the_second() -> None:
    payee = new_payee()
    payee.prove()
    second = payee.prove()
    with clock.frozen(clock.now() + HOLD):
        payee.prove()
        assert paid(payee) == [(second, "pending")]
    assert PaymentNumber.objects.count() == 3


def test_without_a_hold(settings: Settings) -> None:
    settings.PAYMENT_CHANGE_HOLD_HOURS = 0
    payee = new_payee()
    payee.prove()
    second = payee.prove()
    assert paid(payee) == [(second, "pending")]
    run_pending()
    assert not Notification.objects.exists()


def test_a_demonstration_number_costs_nothing() -> None:
    payee = new_payee()
    number = "+74260000042"
    payee.name(number)
    assert payee.confirm(payee.code(number)).status_code == 200
    payee.prove()
    run_pending()
    assert not SandboxMessage.objects.filter(recipient=number).exists()
    assert PaymentNumber.objects.get(phone_number=number).telecom_provider == ""


def test_statements(statement_budget: StatementBudget) -> None:
    """The device, the number that waits, the code, those in force, what changes, and the jobs."""
    payee = new_payee()
    for allowed in (10, 14):
        number = new_number()
        payee.name(number)
        code = payee.code(number)
        for _ in range(3):
            new_payee().prove()
        with statement_budget.at_most(allowed):
            assert payee.confirm(code).status_code == 200
