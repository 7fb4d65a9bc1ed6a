"""Notifications in the admin."""

import pytest
from django.test import Client
from django.urls import reverse

from connectid.accounts import staff
from connectid.accounts.models import Account
from connectid.core import clock
from connectid.notifications.models import Kind, Notification
from connectid.notifications.operations import notices
from connectid.testing.budget import StatementBudget
from connectid.testing.partners import new_channel, new_partner, send
from connectid.testing.scene import new_account

pytestmark = pytest.mark.django_db

LIST = "admin:notifications_notification_changelist"


@pytest.fixture
def desk(client: Client) -> Client:
    """A signed-in administrator."""
    staff.create_admin(username="admin", password="correct horse")
    client.force_login(Account.objects.get(username="admin"))
    return client


def told(**payload: str) -> Notification:
    pk = notices.store(account_id=new_account().pk, kind=Kind.CONNECT, payload=payload, at=clock.now())
    return Notification.objects.select_related("account").get(pk=pk)


def listed(desk: Client, **query: str) -> str:
    answer = desk.get(reverse(LIST), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_search_finds_by_whole_subject_or_id(desk: Client) -> None:
    one, other = told(key="value"), told()
    for wanted in (one.account.username, str(one.pk), one.pk.hex):
        page = listed(desk, q=wanted)
        assert str(one.pk) in page
        assert str(other.pk) not in page
    assert str(one.pk) not in listed(desk, q=one.account.username[:10])


def test_filters(desk: Client) -> None:
    waiting, received = told(), told()
    Notification.objects.filter(pk=received.pk).update(received_at=clock.now(), push_due_at=None)
    for standing, shown, hidden in (
        ("push", waiting, received),
        ("unread", waiting, received),
        ("received", received, waiting),
    ):
        page = listed(desk, standing=standing)
        assert str(shown.pk) in page
        assert str(hidden.pk) not in page
    assert str(waiting.pk) not in listed(desk, kind__exact="MESSAGING")


def test_no_content_is_shown(client: Client, desk: Client) -> None:
    """Neither what is sealed nor what is not: times and states answer "why did my phone not ring"."""
    partner = new_partner()
    message_id, _ = send(Client(), partner, new_channel(partner, new_account().pk))
    sealed = Notification.objects.get(message_id=message_id)
    open_ = told(title="Payment", body="15,000 kwacha are on their way to Chikondi.")
    for one in (sealed, open_):
        page = desk.get(reverse("admin:notifications_notification_change", args=[one.pk])).content.decode()
        page += listed(desk, q=str(one.pk))
        assert str(one.pk) in page
        assert "Created at" in page
        for content in ("Y2lwaGVydGV4dA", "kwacha", "payload", "Payload"):
            assert content not in page


def test_nobody_edits(desk: Client) -> None:
    one = told()
    assert desk.get(reverse("admin:notifications_notification_add")).status_code == 403
    assert desk.post(reverse("admin:notifications_notification_delete", args=[one.pk])).status_code == 403


def test_statements(desk: Client, statement_budget: StatementBudget) -> None:
    statement_budget(5, cap=20, grow=lambda count: [told() for _ in range(count)], act=lambda: listed(desk))
