"""Texts to those who were awarded something: off unless wanted, and one for each person and batch (E-30)."""

from typing import Any

import pytest
from django.test import Client

from connectid.core import clock
from connectid.credentials import tasks
from connectid.credentials.models import Award
from connectid.credentials.operations import telling
from connectid.jobs.draining import run_pending
from connectid.jobs.models import Job
from connectid.providers import sms
from connectid.providers.errors import Unavailable
from connectid.providers.sms import SentSms
from connectid.sandbox.models import SandboxMessage
from connectid.testing.budget import StatementBudget
from connectid.testing.issuers import award, item, new_award, new_issuer
from connectid.testing.scene import new_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def wanted(settings: Any) -> None:
    settings.CREDENTIAL_TEXTS = True


def texts() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for recipient, text in SandboxMessage.objects.order_by("id").values_list("recipient", "text"):
        found.setdefault(recipient, []).append(text)
    return found


def test_none_unless_wanted(client: Client) -> None:
    award(client, new_issuer(), item(new_account().username))
    assert not Job.objects.exists()


def test_one_for_each_person_and_batch(client: Client, wanted: None) -> None:
    """It says nothing that the issuer wrote, and its link opens the page."""
    issuer, first, second = new_issuer(), new_account(), new_account()
    batch = [
        item(first.username, title="Win at https://evil.example"),
        item(first.username, second.username, slug="b"),
    ]
    award(client, issuer, *batch)
    run_pending()
    told = texts()
    assert {number: len(sent) for number, sent in told.items()} == {
        first.phone_number: 1,
        second.phone_number: 1,
    }
    [words] = told[first.phone_number]
    assert words.startswith("You have received 2 new credentials from CommCare HQ. See and accept: ")
    assert "evil" not in words
    assert len(words) <= 160
    path = words.rpartition(" ")[2].partition("/users/")[2]
    assert client.get(f"/users/{path}").status_code == 200
    award(client, issuer, *batch)
    run_pending()
    assert texts() == told  # nothing new, no text


def test_only_to_those_for_whom_it_is_new(client: Client, wanted: None) -> None:
    issuer, holder, newcomer = new_issuer(), new_account(), new_account()
    award(client, issuer, item(holder.username))
    run_pending()
    award(client, issuer, item(holder.username, newcomer.username))
    run_pending()
    assert {number: len(sent) for number, sent in texts().items()} == {
        holder.phone_number: 1,
        newcomer.phone_number: 1,
    }


def test_no_text_to_who_cannot_get_one(client: Client, wanted: None, settings: Any) -> None:
    issuer = new_issuer()
    settings.SMS_COUNTRIES = frozenset({"MW"})
    names = [new_account(phone_number=number).username for number in ("+74260000001", "", "+255712345678")]
    award(client, issuer, item(*names))
    run_pending()
    assert (texts(), Job.objects.count()) == ({}, 0)
    assert not Award.objects.filter(told_at=None).exists()


def test_the_job_again_sends_nothing(client: Client, wanted: None) -> None:
    stored = new_award(new_issuer(), new_account().pk)
    for _ in range(2):
        telling.tell(invite_id=stored.invite_id, at=clock.now())
    assert SandboxMessage.objects.count() == 1


def test_accepted_meanwhile_or_revoked(client: Client, wanted: None) -> None:
    issuer = new_issuer()
    for column in ("accepted_at", "revoked_at"):
        stored = new_award(issuer, new_account().pk)
        Award.objects.filter(pk=stored.pk).update(**{column: clock.now()})
    run_pending()
    assert not SandboxMessage.objects.exists()


def test_a_provider_that_is_away_is_asked_again(
    client: Client, wanted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str | None] = []

    class Hesitant:
        def send(self, *, to: str, text: str, idempotency_key: str | None = None) -> SentSms:
            sent.append(idempotency_key)
            if len(sent) == 1:
                raise Unavailable("away")
            return SentSms("1")

    hesitant = Hesitant()
    monkeypatch.setattr(sms, "pick", lambda: hesitant)
    stored = new_award(new_issuer(), new_account().pk)
    run_pending()
    waiting = Job.objects.get()
    assert (waiting.attempts, waiting.state) == (1, "ready")
    telling.tell(invite_id=stored.invite_id, at=clock.now())
    assert len(sent) == 2
    assert len({*sent}) == 1
    assert Award.objects.exclude(told_at=None).count() == 1


def test_statements(statement_budget: StatementBudget) -> None:
    """One to enqueue everybody's text; two for each text, and the sandbox's two."""
    issuer = new_issuer()
    waiting: list[str] = []

    def grow(count: int) -> None:
        waiting.extend(str(new_award(issuer, new_account().pk).invite_id) for _ in range(count))

    statement_budget(1, grow=grow, act=lambda: tasks.tell_holders.call(waiting))
    statement_budget(4, grow=grow, act=lambda: tasks.tell_holder.call(waiting.pop()))
