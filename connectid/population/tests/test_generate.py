"""``connectid generate``: a population that behaves as one that enrolled, and never in place of a real one."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import connection
from django.db.models import Model
from django.test import Client

from connectid.accounts.models import Account
from connectid.accounts.staff import create_admin
from connectid.core import clock, passwords
from connectid.messaging.models import Channel, Message, MessageServer
from connectid.notifications.models import Notification
from connectid.oauth.models import Client as OAuthClient
from connectid.population import loading, making, people, workers
from connectid.population.commands import generate
from connectid.population.plan import BACKUP_CODE, Plan
from connectid.testing.partners import new_partner
from connectid.testing.scene import basic, new_account, new_number
from connectid.testing.tokens import the_app

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def leave_statistics_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """ANALYZE writes row counts that a test's rollback does not take back, and other tests look at plans."""
    monkeypatch.setattr(loading, "analyze", lambda models: None)


AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
ENOUGH = 60
"""Accounts that have everything that one in fifty has."""


def run(*arguments: str, accounts: int = ENOUGH) -> Result:
    return CliRunner().invoke(generate, ["--accounts", str(accounts), *arguments])


def counted(result: Result) -> dict[str, int]:
    assert result.exit_code == 0, result.output
    found: dict[str, int] = json.loads(result.output.splitlines()[-1])
    return found


def plan_of(seed: str = "1") -> Plan:
    return making.plan(accounts=ENOUGH, seed=seed, at=clock.now())


def test_every_table_gets_what_the_last_line_says() -> None:
    told = counted(run())
    models = [model for step in making.STEPS for model in step.columns]
    assert {model._meta.label for model in models} == set(told)
    for model in models:
        assert model._base_manager.count() == told[model._meta.label] > 0, model
    assert told["messaging.Channel"] == 3 * ENOUGH
    assert told["messaging.Message"] == told["notifications.Notification"] == 10 * ENOUGH
    connection.check_constraints()


def test_a_worker_polls_asks_for_its_key_and_beats(client: Client) -> None:
    counted(run())
    made = plan_of()
    worker = workers.worker(made, 21)
    headers = basic(worker.username, worker.credential)
    poll = client.get("/messaging/retrieve_notifications/", headers=headers)
    assert poll.status_code == 200
    assert len(poll.json()["channels"]) == 3
    key = client.get("/users/fetch_db_key", headers=headers)
    assert key.json()["db_key"] == people.storage_key(made, 21)
    beat = client.post(
        "/users/heartbeat",
        {"fcm_token": worker.push_token},
        headers={"Authorization": f"Bearer {worker.access_token}"},
    )
    assert beat.status_code == 202
    former = basic(workers.username(made, 31), workers.credential(made, 31, 1))
    assert client.get("/users/fetch_db_key", headers=former).status_code == 401


def test_a_partner_sends_to_a_worker(client: Client) -> None:
    counted(run())
    made = plan_of()
    channel = (
        Channel.objects.filter(account_id=21, consent=True).select_related("server").earliest("created_at")
    )
    number = next(n for n in range(1, 5) if making.client_id(made, n) == channel.server.client_id)
    answer = client.post(
        "/messaging/send_fcm/",
        {
            "channel": str(channel.pk),
            "message_id": "0b0b0b0b-0000-4000-8000-000000000001",
            "content": {"nonce": "bm9uY2Ux", "tag": "dGFndGFndGFn", "ciphertext": "Y2lwaGVydGV4dA=="},
        },
        content_type="application/json",
        headers=basic(channel.server.client_id, making.client_secret(made, number)),
    )
    assert answer.status_code == 200


def test_what_waits_is_what_a_poll_brings() -> None:
    counted(run())
    waiting = Notification.objects.filter(received_at=None)
    assert not Notification.objects.exclude(push_due_at=None).exists()
    assert 0 < waiting.count() < Notification.objects.count() / 10
    assert Message.objects.filter(status="PENDING").count() == waiting.exclude(message_id=None).count()


def contents(*models: type[Model]) -> list[list[dict[str, Any]]]:
    return [list(model._base_manager.order_by("pk").values()) for model in models]


def test_a_seed_and_a_moment_give_the_same_rows_and_another_seed_others() -> None:
    made = making.STEPS[5].columns
    given = ("--replace", "--at", AT.strftime("%Y-%m-%d %H:%M:%S"))
    counted(run(*given))
    first, names = (
        contents(*made),
        list(Account.objects.order_by("pk").values_list("username", "phone_number")),
    )
    counted(run(*given))
    assert contents(*made) == first
    assert list(Account.objects.order_by("pk").values_list("username", "phone_number")) == names
    counted(run(*given, "--seed", "other"))
    assert contents(*made) != first


def test_it_adds_accounts_later_as_if_they_had_enrolled() -> None:
    counted(run())
    assert new_account().pk == ENOUGH + 1


def test_every_number_is_fictitious_and_every_backup_code_known() -> None:
    counted(run())
    account = Account.objects.earliest("pk")
    assert account.phone_number.startswith("+7426")
    assert passwords.verify_memorised(BACKUP_CODE, account.backup_code)[0]


@pytest.mark.parametrize(
    "make",
    [
        lambda: new_account(phone_number=new_number()),
        lambda: new_account(phone_number="", unproven_number=new_number()),
        lambda: new_account(phone_number=""),
        lambda: create_admin(username="admin", password="correct horse battery"),
    ],
)
def test_it_refuses_to_replace_people_and_staff(make: Any) -> None:
    make()
    for arguments in ((), ("--replace",)):
        refused = run(*arguments)
        assert refused.exit_code == 1
        assert "another database" in refused.output
    assert Account.objects.count() == 1


def test_it_replaces_demonstrations_only_when_told_to() -> None:
    new_account(phone_number="+74265550123", username="before")
    assert "--replace" in run().output
    assert Account.objects.count() == 1
    counted(run("--replace"))
    assert not Account.objects.filter(username="before").exists()


def test_partners_and_clients_who_were_there_stay() -> None:
    partner, app = new_partner(), the_app()
    counted(run())
    assert MessageServer.objects.filter(pk=partner.server.pk).exists()
    assert OAuthClient.objects.filter(pk=app.pk).exists()


def test_more_than_there_are_numbers_for_is_refused() -> None:
    refused = run(accounts=5_000_000)
    assert refused.exit_code == 1
    assert "1 to 4999999" in refused.output


@pytest.mark.postgresql
def test_indexes_and_references_are_as_they_were() -> None:
    before = schema()
    counted(run())
    assert schema() == before


def schema() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid::regclass::text LIKE '%\\_%'"
            " AND indexrelid > 16384"
            " UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid > 16384 ORDER BY 1, 2"
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
