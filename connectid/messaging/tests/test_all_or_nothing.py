"""Accepted means stored with what brings it on, in one transaction: where that cannot be written, nothing is, and nobody is told that it was."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from connectid.jobs import outbox
from connectid.jobs.models import Job
from connectid.messaging.models import Callback, Channel, Message
from connectid.notifications.models import Notification
from connectid.testing.partners import SEALED, new_channel, new_partner, send
from connectid.testing.scene import new_phone

pytestmark = pytest.mark.django_db(transaction=True)

_BREAK = """
CREATE FUNCTION no_jobs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full'; END $$;
CREATE TRIGGER no_jobs BEFORE INSERT ON jobs_job FOR EACH ROW EXECUTE FUNCTION no_jobs()
"""


@pytest.fixture
def client() -> Client:
    """One that is answered 500, as phones and partners are."""
    return Client(raise_request_exception=False)


@pytest.fixture
def no_jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """From the call on, no job can be stored: the last that each of these endpoints does, by itself or in a statement that does all."""
    if connection.vendor == "postgresql":
        yield lambda: _execute(_BREAK)
        _execute("DROP FUNCTION IF EXISTS no_jobs CASCADE")
        return

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the disk is full")

    yield lambda: monkeypatch.setattr(outbox, "add", broken)


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def stored() -> list[Any]:
    """All that these endpoints write."""
    found: list[Any] = []
    for model in (Channel, Message, Callback, Notification, Job):
        found += model.objects.order_by("pk").values()
    return found


def test_every_endpoint(client: Client, no_jobs: Callable[[], None]) -> None:
    partner, phone = new_partner(), new_phone()
    channel = new_channel(partner, phone.account.pk)
    send(client, partner, channel)
    told = [str(pk) for pk in Notification.objects.values_list("pk", flat=True)]
    message = {"channel": str(channel.pk), "content": SEALED, "message_id": str(uuid4())}
    calls: list[tuple[str, dict[str, Any], dict[str, str]]] = [
        (
            "create_channel",
            {"connectid": phone.account.username, "channel_source": "another"},
            partner.headers,
        ),
        ("send_fcm", message, partner.headers),
        ("send_message", message, phone.headers),
        ("update_consent", {"channel": str(channel.pk), "consent": False}, phone.headers),
        ("update_notification_received", {"notifications": told}, phone.headers),
        ("update_received", {"messages": [str(Message.objects.get().pk)]}, phone.headers),
    ]
    before = stored()
    no_jobs()
    for name, body, headers in calls:
        answer = client.post(f"/messaging/{name}/", body, content_type="application/json", headers=headers)
        assert (name, answer.status_code) == (name, 500)
        assert (name, stored()) == (name, before)
