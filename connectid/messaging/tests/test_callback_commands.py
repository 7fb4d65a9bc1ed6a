"""``connectid callbacks``: what operators see and do."""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.messaging.callback_commands import callbacks
from connectid.messaging.models import Callback, MessageServer
from connectid.testing.partners import ListeningPartner, Partner, new_channel, new_partner
from connectid.testing.scene import new_phone

pytestmark = pytest.mark.django_db


def told(*arguments: str) -> str:
    """Run a command that is to succeed and return what it prints."""
    result = CliRunner().invoke(callbacks, arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def partner() -> Partner:
    """One with a call that waits and one that was given up."""
    found = new_partner("Deaf")
    channel = new_channel(found, new_phone().account.pk)
    now = clock.now()
    Callback.objects.create(channel=channel, kind="consent", body='{"consent": true}')
    Callback.objects.create(
        channel=channel,
        kind="receipt",
        body='{"messages": []}',
        failure="webhooks answered 503",
        attempts=10,
        given_up_at=now,
    )
    MessageServer.objects.update(failures_in_a_row=6, paused_until=now + timedelta(minutes=4))
    return found


def test_depth_says_how_each_partner_is(partner: Partner) -> None:
    (line,) = told("depth").splitlines()
    assert line.startswith(
        f"Deaf ({partner.server.client_id}): 1 waiting, the oldest for 0 s, 1 given up, 6 failures"
    )
    assert "left alone until 20" in line


def test_a_list_says_what_was_given_up_and_why(partner: Partner) -> None:
    assert partner.server.client_id in told("list")
    assert "webhooks answered 503" in told("list", "--server", partner.server.client_id)
    assert told("list", "--server", "another") == ""


@pytest.mark.parametrize("by_id", [True, False])
def test_replaying(partner: Partner, listener: ListeningPartner, by_id: bool) -> None:
    letter = Callback.objects.exclude(given_up_at=None).get()
    MessageServer.objects.update(failures_in_a_row=0, paused_until=None)
    assert told("replay", *([str(letter.pk)] if by_id else ["--all"])) == "1 will be made again.\n"
    run_pending()
    assert listener.told(partner.server.callback_url) == [{"messages": []}]


def test_what_is_unclear_is_refused(partner: Partner) -> None:
    for arguments in (["replay"], ["replay", "--all", "7"], ["replay", "7", "--server", "x"]):
        assert CliRunner().invoke(callbacks, arguments).exit_code == 2
    assert Callback.objects.exclude(given_up_at=None).count() == 1
