"""Who gets a push and where, dead addresses, silent ones."""

from datetime import timedelta

import pytest
from django.db import connection

from connectid.accounts.models import Account
from connectid.config.schedule import SCHEDULE
from connectid.core import clock
from connectid.devices import queries, tasks
from connectid.devices.models import EndReason, PushRegistration
from connectid.devices.operations import push, silence
from connectid.devices.queries import Recipient
from connectid.devices.tests.push_scene import current_address, registered
from connectid.jobs.draining import run_pending
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db


def test_recipients() -> None:
    reached = registered()
    former = registered(ended_at=clock.now(), token="", end_reason=EndReason.DEAD).account
    inactive = registered(account=new_account(is_active=False)).account
    names = [reached.account.username, former.username, inactive.username, "nobody", "nobody"]
    expected = [
        Recipient(reached.account_id, reached.account.username, reached.pk, "address-1"),
        Recipient(former.pk, former.username, None, ""),
    ]
    assert queries.recipients_by_username(names) == {found.username: found for found in expected}
    ids = [reached.account_id, former.pk, inactive.pk, 0]
    assert queries.recipients_by_account(ids) == {found.account_id: found for found in expected}


def test_recipients_in_one_statement() -> None:
    accounts = Account.objects.bulk_create(Account(username=f"subject-{number}") for number in range(1000))
    PushRegistration.objects.bulk_create(
        PushRegistration(
            account=account, token=f"t-{account.pk}", token_digest=queries.token_digest(f"t-{account.pk}")
        )
        for account in accounts
    )
    with count_statements() as counted:
        found = queries.recipients_by_username([account.username for account in accounts])
    assert len(counted) == 1
    assert {recipient.token for recipient in found.values()} == {f"t-{account.pk}" for account in accounts}


def test_nobody_wanted() -> None:
    with count_statements() as counted:
        assert queries.recipients_by_username([]) == {}
        assert queries.recipients_by_account([]) == {}
    assert counted == []


def test_a_recipient_does_not_show_its_address() -> None:
    assert "address-1" not in repr(Recipient(1, "a", 1, "address-1"))


def test_dead_addresses_end_unless_they_have_changed() -> None:
    dead, changed, other = registered(), registered("address-2"), registered("address-3")
    read = [(dead.pk, "address-1"), (changed.pk, "address-1")]
    now = clock.now()
    assert push.end_dead(dead=read, at=now) == 1
    dead.refresh_from_db()
    assert (dead.ended_at, dead.end_reason, dead.token) == (now, EndReason.DEAD, "")
    assert current_address(changed.account) == "address-2"
    assert current_address(other.account) == "address-3"
    assert push.end_dead(dead=read, at=clock.now()) == 0
    dead.refresh_from_db()
    assert dead.ended_at == now


def test_dead_addresses_in_one_statement(statement_budget: StatementBudget) -> None:
    waiting: list[tuple[int, str]] = []

    def grow(number: int) -> None:
        waiting.extend((registered(f"address-{n}").pk, f"address-{n}") for n in range(number))

    statement_budget(1, grow=grow, act=lambda: push.end_dead(dead=waiting, at=clock.now()))
    many = [(number, "address") for number in range(1000)]
    assert push.end_dead(dead=many, at=clock.now()) == 0
    assert push.end_dead(dead=[], at=clock.now()) == 0


def test_silent_addresses_end() -> None:
    now = clock.now()
    silent = registered(last_heartbeat_at=now - silence.SILENT_FOR - timedelta(minutes=1))
    heard = registered(last_heartbeat_at=now - silence.SILENT_FOR + timedelta(minutes=1))
    with clock.frozen(now):
        tasks.prune_push_addresses.enqueue()
        assert run_pending().succeeded == 1
    silent.refresh_from_db()
    assert (silent.ended_at, silent.end_reason, silent.token) == (now, EndReason.SILENT, "")
    assert current_address(heard.account) == "address-1"
    assert any(entry.task is tasks.prune_push_addresses for entry in SCHEDULE)


def test_silent_addresses_end_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "BATCH", 2)
    long_ago = clock.now() - silence.SILENT_FOR - timedelta(days=1)
    for number in range(5):
        registered(f"address-{number}", last_heartbeat_at=long_ago)
    with count_statements() as counted:
        assert silence.prune(at=clock.now()) == 5
    assert len(counted) == 2 + 3, "what was not told, where numbers begin and end, and three parts"


def test_a_current_registration_has_an_address() -> None:
    with pytest.raises(Exception, match="current_push_registration_has_a_token"), connection.cursor():
        registered("")
