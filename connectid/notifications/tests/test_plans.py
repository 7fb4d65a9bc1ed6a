"""How the databases run what is given to them as one parameter, for any number of rows."""

import json

import pytest
from django.db import connection

from connectid.core import clock, rows
from connectid.devices.models import PushRegistration
from connectid.notifications.models import Notification
from connectid.notifications.operations import sending
from connectid.notifications.operations.sending import Outgoing, Status
from connectid.notifications.tests.sending_scene import names, workers

pytestmark = pytest.mark.django_db


def plan(sql: str, *parameters: str) -> str:
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}", parameters)
        return "\n".join(str(row) for row in cursor.fetchall())


def test_given_rows_are_joined_by_an_index_or_a_hash() -> None:
    """Not each with each: ten thousand messages to one person each would take minutes."""
    many = json.dumps([{"number": number} for number in range(3)])
    found = plan(
        f"WITH {rows.given('a', number='integer')}, {rows.given('b', number='integer')}"  # noqa: S608
        " SELECT * FROM a JOIN b ON b.number = a.number",
        many,
        many,
    )
    if connection.vendor == "postgresql":
        assert "Nested Loop" not in found
    else:
        assert "AUTOMATIC COVERING INDEX" in found


def test_many_messages_to_one_person_each() -> None:
    """Each its own payload and status, whatever the order in which the database joins them."""
    made = workers(1200, endings=("", "-unavailable", "-unregistered"))
    messages = [Outgoing([one.username], {"key": one.username}) for one in made]
    told = sending.send(messages, at=clock.now(), patience=60)
    expected = [Status.SUCCESS, Status.ERROR, Status.DEACTIVATED] * 400
    assert [one.statuses[name] for one, name in zip(told, names(made), strict=True)] == expected
    stored = Notification.objects.select_related("account").only("payload", "account__username")
    assert all(json.loads(one.payload) == {"key": one.account.username} for one in stored)
    assert Notification.objects.filter(push_due_at__isnull=False).count() == 400
    assert PushRegistration.objects.filter(ended_at=None).count() == 800
