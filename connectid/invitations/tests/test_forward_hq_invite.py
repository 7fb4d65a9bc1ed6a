"""POST /users/forward_hq_invite (contract 9; E-54)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.invitations import callbacks, operations
from connectid.invitations.models import HqInvite
from connectid.jobs.draining import run_pending
from connectid.jobs.models import Job
from connectid.notifications.models import Notification
from connectid.sandbox import inbox
from connectid.testing.budget import StatementBudget
from connectid.testing.clients import server_headers
from connectid.testing.scene import new_account, new_number, new_phone

PATH = "/users/forward_hq_invite"
CALLBACK = "https://www.commcarehq.org/a/malaria/settings/users/commcare/confirm_connectid_user/"
UNAUTHORIZED = (400, {"error": "Unauthorized callback URL"})

pytestmark = pytest.mark.django_db


def invite(number: str, **changes: Any) -> dict[str, Any]:
    return {
        "phone_number": number,
        "callback_url": CALLBACK,
        "username": "chikondi",
        "user_domain": "malaria",
        "invite_code": "a-secret-of-hq",
    } | changes


def forward(client: Client, body: Any, headers: dict[str, str] | None = None) -> Any:
    asking = server_headers("invites") if headers is None else headers
    return client.post(PATH, body, content_type="application/json", headers=asking)


def texts(number: str) -> list[str]:
    run_pending()
    return [message.text for message in inbox.messages(kind="sms", to=number)]


def test_the_worker_gets_a_link_and_a_notification(client: Client) -> None:
    """Nothing that the sender wrote is in either."""
    account = new_account()
    answer = forward(
        client, invite(account.phone_number, username="Call 0800 now", user_domain="evil.example")
    )
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    [text] = texts(account.phone_number)
    assert re.search(r"https?://\S+/hq_invite/\?invite=\S+", text)
    told = text + Notification.objects.get(account=account).payload
    for word in ("0800", "evil", "a-secret-of-hq", "chikondi", "commcarehq.org"):
        assert word not in told
    assert not re.search(r"\b\d{6}\b", text)  # the app would take it for a code


def test_a_number_that_nobody_has(client: Client) -> None:
    """The same answer: nobody learns by it who has an account."""
    gone = new_account(is_active=False)
    for number in (new_number(), gone.phone_number, "nonsense"):
        answer = forward(client, invite(number))
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert not HqInvite.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "http://www.commcarehq.org/a/malaria/",
        "https://www.commcarehq.org/b/malaria/",
        "https://www.commcarehq.org/a/",
        "https://www.commcarehq.org/a/../b/",
        "https://www.commcarehq.org/a/./malaria/",
        "https://www.commcarehq.org/a/%2e%2e/b/",
        "https://www.commcarehq.org/a/x%2f..%2fb",
        "https://www.commcarehq.org/a\\b",
        "https://www.commcarehq.org/a//evil.example/",
        "https://www.commcarehq.org/a/malaria/?next=https://evil.example/",
        "https://www.commcarehq.org/a/malaria/#x",
        "https://www.commcarehq.org:444/a/malaria/",
        "https://www.commcarehq.org.evil.example/a/malaria/",
        "https://www.commcarehq.org@evil.example/a/malaria/",
        "https://evil.example/https://www.commcarehq.org/a/malaria/",
        "https://WWW.COMMCAREHQ.ORG/a/malaria/",
        " https://www.commcarehq.org/a/malaria/",
        "https://www.commcarehq.org/a/malaria/\n",
        "https://www.commcarehq.org/a/malari\u0430/",
        "//www.commcarehq.org/a/malaria/",
        "file:///a/malaria/",
        "https://127.0.0.1/a/malaria/",
        "https://www.commcarehq.org/a/" + "m" * 500,
        "x",
    ],
)
def test_addresses_that_are_not_trusted(client: Client, address: str) -> None:
    """E-54: https, the host and the path's beginning, exactly."""
    account = new_account()
    answer = forward(client, invite(account.phone_number, callback_url=address))
    assert (answer.status_code, answer.json()) == UNAUTHORIZED
    assert not HqInvite.objects.exists()


def test_the_trusted_addresses_are_a_setting(client: Client, settings: Settings) -> None:
    account = new_account()
    settings.HQ_INVITE_CALLBACKS = callbacks.parse("https://hq.example.org/a/, https://other.example.org/x/")
    assert forward(client, invite(account.phone_number)).status_code == 400
    for address in ("https://hq.example.org/a/malaria/", "https://other.example.org/x/y"):
        assert forward(client, invite(account.phone_number, callback_url=address)).status_code == 200
    settings.HQ_INVITE_CALLBACKS = ()
    assert forward(client, invite(account.phone_number)).status_code == 400


@pytest.mark.parametrize(
    "text", ["hq", "https://hq.example.org", "https://hq.example.org/", "https://hq.example.org/a"]
)
def test_a_setting_that_trusts_a_whole_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="path that ends with /"):
        callbacks.parse(text)


@pytest.mark.parametrize("name", ["phone_number", "username", "user_domain", "invite_code"])
@pytest.mark.parametrize("given", [None, "", " ", 7, "x" * 4097])
def test_what_is_missing(client: Client, name: str, given: Any) -> None:
    """It was a 500."""
    body = invite(new_account().phone_number)
    body[name] = given
    if given is None:
        del body[name]
    answer = forward(client, body)
    assert (answer.status_code, answer.json()) == (400, {"error": "MISSING_DATA"})


def test_who_may_not(client: Client) -> None:
    """A5."""
    expected = (403, {"detail": "Authentication credentials were not provided."})
    for headers in ({}, new_phone().headers, server_headers("send", "otp")):
        answer = forward(client, invite(new_account().phone_number), headers)
        assert (answer.status_code, answer.json()) == expected


def test_a_number_gets_a_bounded_number_of_texts(client: Client) -> None:
    """One a minute, five a day; the notification is stored all the same."""
    account, start = new_account(), clock.now()
    sent: list[str] = []
    for minutes in (0, 0.5, 2, 4, 6, 8, 10):
        with clock.frozen(start + timedelta(minutes=minutes)):
            assert forward(client, invite(account.phone_number)).status_code == 200
            sent = texts(account.phone_number)
    assert len(sent) == 5
    assert Notification.objects.filter(account=account).count() == 7


def test_a_text_is_tried_again_after_an_outage(client: Client) -> None:
    account = new_account(phone_number="+265991230192")
    forward(client, invite(account.phone_number))
    run_pending()
    job = Job.objects.get(task__endswith="text_invite")
    assert (job.attempts, job.args) == (1, [HqInvite.objects.get().pk])


def test_a_demonstration_number_gets_no_text(client: Client) -> None:
    account = new_account(phone_number="+74260000077")
    forward(client, invite(account.phone_number))
    assert texts(account.phone_number) == []


def test_the_code_is_unreadable_in_the_database_and_the_admin(client: Client) -> None:
    account = new_account()
    forward(client, invite(account.phone_number))
    stored = HqInvite.objects.get()
    assert stored.invite_code == "a-secret-of-hq"
    client.force_login(Account.objects.create_superuser("staff", "correct horse battery staple"))
    for page in ("/admin/invitations/hqinvite/", f"/admin/invitations/hqinvite/{stored.pk}/change/"):
        shown = client.get(page).content.decode()
        assert account.username in shown
        assert "a-secret-of-hq" not in shown


def test_forgotten_after_thirty_days(client: Client) -> None:
    forward(client, invite(new_account().phone_number))
    assert operations.prune(at=clock.now() + timedelta(days=29)) == 0
    assert operations.prune(at=clock.now() + timedelta(days=31)) == 1


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    """The client, the account, the invitation, the notification and the job that pushes it, the limits, the job that texts."""
    account, headers = new_account(), server_headers("invites")

    def others(count: int) -> None:
        for _ in range(count):
            forward(client, invite(new_account().phone_number), headers)

    with statement_budget.at_most(7):
        forward(client, invite(account.phone_number), headers)
    others(5)
    account = new_account()
    with statement_budget.at_most(7):
        forward(client, invite(account.phone_number), headers)
