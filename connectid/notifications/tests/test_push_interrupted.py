"""Pushes whose process dies, whose time runs out, or during which something else happens."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client

from connectid.core import clock
from connectid.devices.models import PushRegistration
from connectid.devices.tests.push_scene import current_address, registered
from connectid.jobs.draining import run_pending
from connectid.jobs.models import Job
from connectid.notifications import limits, tasks
from connectid.notifications.models import Kind, Notification
from connectid.notifications.operations import notices, pushing
from connectid.notifications.tests.sending_scene import names, send, sender, workers
from connectid.providers import push
from connectid.providers.push import Outcome, Push, fcm_requests
from connectid.providers.push.tests.fake_fcm import FakeFcm
from connectid.sandbox import inbox

pytestmark = pytest.mark.django_db


def waiting(address: str) -> None:
    """A notification that waits to be pushed to a phone of its own."""
    account = registered(address).account
    notices.store(account_id=account.pk, kind=Kind.CONNECT, payload={}, at=clock.now())


class Meanwhile:
    """A sender to whom something happens before it answers."""

    def __init__(self, sender: push.PushSender, happens: Any) -> None:
        self.sender, self.happens = sender, happens

    def send(self, pushes: Sequence[Push], *, deadline: float) -> list[Outcome]:
        outcomes = self.sender.send(pushes, deadline=deadline)
        self.happens()
        return outcomes


def while_it_sends(monkeypatch: pytest.MonkeyPatch, happens: Any) -> None:
    """Let something happen between FCM's answer and our record of it."""
    meanwhile = Meanwhile(push.pick(), happens)
    monkeypatch.setattr(push, "pick", lambda: meanwhile)


class Died(BaseException):
    """The process is gone."""


def die() -> None:
    raise Died


def test_an_address_that_changed_while_fcm_judged_it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare and clear."""
    account = registered("address-unregistered").account
    notices.store(account_id=account.pk, kind=Kind.CONNECT, payload={}, at=clock.now())

    def another() -> None:
        PushRegistration.objects.update(token="address-2", token_digest="2")

    while_it_sends(monkeypatch, another)
    run_pending()
    assert current_address(account) == "address-2"


def test_what_is_acknowledged_while_it_is_pushed_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting("address-unavailable")

    def acknowledge() -> None:
        Notification.objects.update(received_at=clock.now(), push_due_at=None)

    while_it_sends(monkeypatch, acknowledge)
    run_pending()
    assert Notification.objects.get().push_due_at is None


@pytest.mark.parametrize("by", ["request", "job"])
def test_a_process_that_dies_before_it_knows(
    client: Client, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """Nobody else has the push until the lease ends; then another process completes it."""
    headers = sender("send")
    with clock.frozen() as time, monkeypatch.context() as dying:
        if by == "job":
            waiting("address-1")
            act: Any = pushing.push_waiting
        else:
            [worker] = workers(1)
            act = lambda: send(client, headers, username=worker.username)  # noqa: E731
        while_it_sends(dying, die)
        with pytest.raises(Died):
            act()
        dying.undo()
        before = len(inbox.messages(kind="push"))
        time.advance(seconds=pushing.LEASE.total_seconds() - 1)
        tasks.push_waiting.enqueue()
        run_pending()
        assert len(inbox.messages(kind="push")) == before
        time.advance(seconds=1)
        tasks.push_waiting.enqueue()
        run_pending()
    assert len(inbox.messages(kind="push")) == before + 1
    assert Notification.objects.get().push_due_at is None


def test_a_request_that_runs_out_of_time(
    client: Client, fcm: FakeFcm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers; what it had not begun is done by a job at once, what it had begun after a while, both once each."""
    headers, made = sender("send"), workers(5)
    PushRegistration.objects.filter(account__in=made[:2]).update(token="address-slow")
    monkeypatch.setattr(limits, "SEND_PATIENCE", 1.0)
    monkeypatch.setattr(fcm_requests, "MOST_IN_FLIGHT", 2)
    with clock.frozen() as time:
        answer = send(client, headers, usernames=names(made)).json()
        assert [told["status"] for told in answer["responses"]] == ["error"] * 5
        assert answer["all_success"] is False
        monkeypatch.undo()
        push.pick().close()
        PushRegistration.objects.filter(account__in=made[:2]).update(token="address-9")
        run_pending()
        assert len(fcm.asked) == 2 + 3
        assert not Job.objects.exists()
        time.advance(minutes=1)
        tasks.push_waiting.enqueue()
        run_pending()
    assert len(fcm.asked) == 2 + 5
    assert not Notification.objects.filter(push_due_at__isnull=False).exists()
