"""What is written often stays on its page (HOT): its update touches no indexed column, and writes to no index.

Every table that keeps room on its pages for that (``fillfactor``) has such an update here; docs/decisions/0037 says which can have none.
"""

from collections.abc import Callable

import pytest
from django.db import connection

from connectid.core import clock
from connectid.devices.models import Device, PushRegistration
from connectid.messaging.models import Channel, Message, MessageServer, Status
from connectid.oauth.models import RefreshToken
from connectid.testing import partners
from connectid.testing.at_scale import SMALL_TABLES
from connectid.testing.scene import new_phone
from connectid.testing.tokens import new_pair
from connectid.verification.models import Challenge

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.fixture
def writes() -> dict[str, Callable[[], object]]:
    """By table, what requests and jobs write again and again, on a row that is there."""
    phone, partner = new_phone(), partners.new_partner()
    channel = partners.new_channel(partner, phone.account.pk)
    now = clock.now()
    new_pair(phone.account)
    registration = PushRegistration.objects.create(account=phone.account, token="t", token_digest="d")
    message = Message.objects.create(id=channel.pk, channel=channel, direction="M")
    challenge = Challenge.objects.create(
        address="+15550100", transport="sms", nonce="n", key_id="k", created_at=now, expires_at=now
    )
    return {
        "devices_device": lambda: Device.objects.update(last_accessed_at=now),
        "devices_pushregistration": lambda: registration.save(update_fields=["last_heartbeat_at"]),
        "messaging_channel": lambda: Channel.objects.update(relaying_until=now, consent=False),
        "messaging_message": lambda: Message.objects.filter(pk=message.pk).update(
            status=Status.DELIVERED, received_at=now
        ),
        "messaging_messageserver": lambda: MessageServer.objects.filter(pk=channel.server_id).update(
            failures_in_a_row=1, last_success_at=now, paused_until=now
        ),
        "oauth_refreshtoken": lambda: RefreshToken.objects.update(revoked=now),
        "verification_challenge": lambda: Challenge.objects.filter(pk=challenge.pk).update(
            attempts=1, sends=2, last_sent_at=now, delivered_sends=2, delivered_at=now
        ),
    }


def test_they_are_written_in_place(writes: dict[str, Callable[[], object]]) -> None:
    for table, write in writes.items():
        write()  # a page that other tests left full sends the row to another one
        before = in_place(table)
        write()
        assert in_place(table) == before + 1, table


def test_no_room_is_kept_for_nothing(writes: dict[str, Callable[[], object]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class, unnest(reloptions) AS option"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND option LIKE 'fillfactor=%%'"
        )
        with_room = {name for (name,) in cursor.fetchall()}
    assert with_room == {table for table in writes if table not in SMALL_TABLES}


def in_place(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_tuples_hot_updated(%s::regclass)", [table])
        return int(cursor.fetchone()[0])
