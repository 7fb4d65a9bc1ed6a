"""Ending a push registration because of what happens to its account, and the last push to its phone."""

from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.devices import queries, tasks
from connectid.devices.models import EndReason, PushRegistration
from connectid.devices.operations import farewell, push, silence
from connectid.devices.tests.push_scene import current_address, phone_of, registered
from connectid.jobs.draining import run_pending
from connectid.jobs.models import Job, State
from connectid.sandbox import inbox
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account
from connectid.testing.vendors import Vendors

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    account = new_account()
    phone_of(account, "commcare_1")
    return account


def withdraw(account: Account, reason: push.Withdrawal = EndReason.LOCKED) -> None:
    push.withdraw(account_id=account.pk, at=clock.now(), reason=reason)


def test_only_the_accounts_own_registration_ends(account: Account) -> None:
    mine, other = registered(account=account), registered()
    now = clock.now()
    push.withdraw(account_id=account.pk, at=now, reason=EndReason.MOVED)
    mine.refresh_from_db()
    assert (mine.ended_at, mine.end_reason) == (now, EndReason.MOVED)
    assert current_address(other.account) == "address-1"


def test_an_ended_registration_keeps_its_time_and_reason(account: Account) -> None:
    registration = registered(account=account)
    withdraw(account, EndReason.LOCKED)
    withdraw(account, EndReason.DEACTIVATED)
    registration.refresh_from_db()
    assert registration.end_reason == EndReason.LOCKED
    assert Job.objects.count() == 1


@pytest.mark.parametrize("reason", [EndReason.MOVED, EndReason.LOCKED, EndReason.DEACTIVATED])
def test_the_phone_is_told_once_and_its_address_forgotten(account: Account, reason: push.Withdrawal) -> None:
    registration = registered(account=account)
    withdraw(account, reason)
    job = Job.objects.get()
    assert (job.args, job.kwargs) == ([registration.pk], {})
    run_pending()
    (message,) = inbox.messages(kind="push")
    assert message.recipient == "address-1"
    assert message.payload["data"] == {"title": "PersonalID", "body": farewell.TEXTS[reason]}
    assert "notification" not in message.payload
    registration.refresh_from_db()
    assert (registration.token, registration.end_reason) == ("", reason)
    tasks.say_farewell.enqueue(registration.pk)
    run_pending()
    assert len(inbox.messages(kind="push")) == 1


def test_a_decision_that_is_undone_tells_nobody(account: Account) -> None:
    registered(account=account)
    with transaction.atomic():
        withdraw(account)
        transaction.set_rollback(True)
    run_pending()
    assert current_address(account) == "address-1"
    assert inbox.messages(kind="push") == []


def test_nothing_else_is_sent_there(account: Account) -> None:
    registered(account=account)
    assert queries.recipients_by_username([account.username])[account.username].token == "address-1"
    withdraw(account)
    assert queries.recipients_by_username([account.username])[account.username].token == ""


def test_a_recovery_on_the_same_phone(account: Account) -> None:
    """The phone that would be told is the one that recovered the account."""
    registration = registered(account=account, installation_id="commcare_1")
    withdraw(account, EndReason.MOVED)
    phone_of(account, "commcare_1")
    run_pending()
    assert inbox.messages(kind="push") == []
    registration.refresh_from_db()
    assert registration.token == ""


def test_a_lock_is_told_to_the_phone_that_the_account_is_on(account: Account) -> None:
    registered(account=account, installation_id="commcare_1")
    withdraw(account, EndReason.LOCKED)
    run_pending()
    assert len(inbox.messages(kind="push")) == 1


def test_a_phone_that_registered_again_meanwhile(account: Account) -> None:
    registered(account=account)
    withdraw(account, EndReason.MOVED)
    push.register(account_id=account.pk, token="address-1", at=clock.now())
    run_pending()
    assert inbox.messages(kind="push") == []
    assert current_address(account) == "address-1"


def test_an_address_that_another_account_has_too(account: Account) -> None:
    """Who reports somebody else's address cannot have that phone told anything."""
    registered(account=account)
    registered()
    withdraw(account, EndReason.DEACTIVATED)
    run_pending()
    assert inbox.messages(kind="push") == []


@pytest.mark.parametrize("end", ["-unregistered", "-bad-message"])
def test_a_phone_that_cannot_be_told_is_forgotten(account: Account, end: str) -> None:
    registration = registered(f"address{end}", account=account)
    withdraw(account)
    assert run_pending().succeeded == 1
    registration.refresh_from_db()
    assert registration.token == ""


@pytest.mark.parametrize("end", ["-unavailable", "-quota", "-misconfigured", "-slow"])
def test_an_outage_is_waited_for_and_then_given_up(account: Account, end: str) -> None:
    registration = registered(f"address{end}", account=account)
    withdraw(account)
    assert run_pending().retried == 1
    job = Job.objects.get()
    with clock.frozen(clock.now() + timedelta(days=1, minutes=1)):
        assert run_pending().failed == 1
    job.refresh_from_db()
    assert job.state == State.FAILED
    registration.refresh_from_db()
    assert registration.token != ""
    silence.prune(at=clock.now() + farewell.FORGOTTEN_AFTER + timedelta(minutes=1))
    registration.refresh_from_db()
    assert registration.token == ""


def test_fcm_comes_back(account: Account, settings: Settings) -> None:
    registered(account=account)
    withdraw(account)
    with Vendors() as vendors:
        for name in ("PUSH_PROVIDER", "FCM_SERVICE_ACCOUNT", "GOOGLE_TOKEN_URL"):
            setattr(settings, name, vendors.environment()[name])
        settings.FCM_API_URL = "http://127.0.0.1:1"
        assert run_pending().retried == 1
        settings.FCM_API_URL = vendors.environment()["FCM_API_URL"]
        with clock.frozen(clock.now() + timedelta(minutes=1)):
            assert run_pending().succeeded == 1
        assert [message["token"] for message in vendors.pushes] == ["address-1"]
    assert not PushRegistration.objects.exclude(token="").exists()


def test_statements(account: Account, statement_budget: StatementBudget) -> None:
    def act() -> None:
        registration = registered(account=account)
        withdraw(account)
        tasks.say_farewell.call(registration.pk)
        registration.delete()

    def grow(number: int) -> None:
        for count in range(number):
            registered(f"address-{number}-{count}")
            registered(f"former-{number}-{count}", account=account, ended_at=clock.now())

    # Four to withdraw, two to tell, two of the inbox; one to prepare the test and one to tidy up after it.
    statement_budget(10, grow=grow, act=act)
