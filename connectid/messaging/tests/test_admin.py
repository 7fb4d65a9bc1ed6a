"""Message servers in the admin."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from connectid.accounts import staff
from connectid.accounts.models import Account
from connectid.core import clock
from connectid.messaging.models import Callback, Channel, MessageServer
from connectid.notifications.models import Notification
from connectid.testing.partners import new_channel, new_partner, send
from connectid.testing.scene import new_phone

pytestmark = pytest.mark.django_db

NEW = {
    "name": "HQ",
    "client_id": "hq",
    "is_active": "on",
    **{f"{purpose}_url": "https://hq.example.org/" for purpose in ("key", "callback", "delivery", "consent")},
}


@pytest.fixture(autouse=True)
def _signed_in(client: Client) -> None:
    staff.create_admin(username="admin", password="correct horse")
    client.force_login(Account.objects.get(username="admin"))


def test_a_secret_is_shown_once_and_replaced_without_a_gap(client: Client) -> None:
    """Two keys live while the partner changes over."""
    first = client.post("/admin/messaging/messageserver/add/", NEW, follow=True).content
    server = MessageServer.objects.get()
    assert f"The secret of HQ is {server.secret}".encode() in first
    assert server.previous_secret is None

    action = {"action": "rotate_secrets", "_selected_action": [server.pk]}
    second = client.post("/admin/messaging/messageserver/", action, follow=True).content
    replaced = MessageServer.objects.get()
    assert f"The secret of HQ is {replaced.secret}".encode() in second
    assert (replaced.previous_secret, replaced.secret != server.secret) == (server.secret, True)

    page = client.get(f"/admin/messaging/messageserver/{server.pk}/change/").content.decode()
    assert re.findall(rf"{server.secret}|{replaced.secret}", page) == []


def test_addresses_are_judged(client: Client) -> None:
    page = client.post("/admin/messaging/messageserver/add/", NEW | {"key_url": "ftp://hq.example.org/"})
    assert b"Give a whole address" in page.content
    assert not MessageServer.objects.exists()


def test_a_partners_health_and_backlog_are_shown(client: Client, statement_budget: Any) -> None:
    """One page says whether a partner answers and what waits for it; it costs the same however much that is."""
    partner, phone = new_partner("Deaf partner"), new_phone()
    channel = new_channel(partner, phone.account.pk)
    MessageServer.objects.update(failures_in_a_row=7, paused_until=clock.now() + timedelta(minutes=5))

    def grow(count: int) -> None:
        _fail(channel, count)

    changelist = "/admin/messaging/messageserver/"
    change = f"{changelist}{partner.server.pk}/change/"
    statement_budget(10, cap=20, grow=grow, act=lambda: client.get(changelist))
    statement_budget(10, cap=20, grow=grow, act=lambda: client.get(change))
    first = Callback.objects.filter(given_up_at=None).earliest("pk")
    Callback.objects.filter(pk=first.pk).update(created_at=clock.now() - timedelta(hours=75, minutes=1))
    page = client.get(changelist).content.decode()
    shown = dict(re.findall(r'class="field-(\w+)[^"]*">([^<]*)<', page))
    assert (shown["waiting"], shown["given_up"], shown["failures_in_a_row"]) == ("40", "40", "7")
    assert shown["oldest"] == "3 days 3 h"
    one = client.get(change).content.decode()
    assert "calls waiting" in one.lower()
    assert "3 days 3 h" in one


def test_calls_that_were_given_up_can_be_replayed(client: Client) -> None:
    """And those that wait are left alone; what they say is not shown."""
    partner, phone = new_partner(), new_phone()
    _fail(new_channel(partner, phone.account.pk), 2)
    changelist = "/admin/messaging/callback/"
    for standing, shown in (("waiting", 2), ("given_up", 2)):
        page = client.get(f"{changelist}?standing={standing}").content.decode()
        assert (page.count('class="field-kind"'), "sealed" in page) == (shown, False)
    chosen = list(Callback.objects.values_list("pk", flat=True))
    answer = client.post(changelist, {"action": "replay", "_selected_action": chosen}, follow=True)
    assert b"2 calls will be made again." in answer.content
    assert not Callback.objects.exclude(given_up_at=None).exists()
    one = client.get(f"{changelist}{chosen[0]}/change/")
    assert (one.status_code, b"sealed" in one.content) == (200, False)


def test_a_message_leads_to_what_told_the_phone_of_it(client: Client) -> None:
    """Support is given a message's id: it finds the message, and from there the notification, which says when it was pushed."""
    partner, phone = new_partner(), new_phone()
    channel = new_channel(partner, phone.account.pk)
    wanted, other = (send(Client(), partner, channel)[0] for _ in range(2))
    page = client.get("/admin/messaging/message/", {"q": str(wanted)}).content.decode()
    assert (str(wanted) in page, str(other) in page) == (True, False)
    both = client.get("/admin/messaging/message/", {"q": phone.account.username}).content.decode()
    assert (str(wanted) in both, str(other) in both) == (True, True)

    told = Notification.objects.get(message_id=wanted)
    one = client.get(f"/admin/messaging/message/{wanted}/change/").content.decode()
    link = f"/admin/notifications/notification/{told.pk}/change/"
    assert f'<a href="{link}">' in one
    assert client.get(link).status_code == 200
    told.delete()
    assert link not in client.get(f"/admin/messaging/message/{wanted}/change/").content.decode()


def _fail(channel: Channel, count: int) -> None:
    """As many calls that wait, and as many that were given up."""
    for given_up_at in (None, clock.now()):
        Callback.objects.bulk_create(
            Callback(
                channel=channel, kind="receipt", body='{"sealed": 1, "messages": []}', given_up_at=given_up_at
            )
            for _ in range(count)
        )
