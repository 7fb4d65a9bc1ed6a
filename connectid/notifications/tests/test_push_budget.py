"""Repeats are a fifth of the pushes at most, whatever FCM answers, and none is lost for it (safety promise 4, decision 0033)."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.devices.models import PushRegistration
from connectid.devices.tests.push_scene import registered
from connectid.jobs.models import Job
from connectid.notifications.models import Kind, Notification, PushBudget
from connectid.notifications.operations import notices, patience, push_budget, pushing, sending
from connectid.notifications.operations.notices import Notice
from connectid.notifications.operations.sending import Outgoing
from connectid.notifications.tests.sending_scene import names, workers
from connectid.providers import push
from connectid.providers.push import Delivered, Misconfigured, NotFinished, Outcome, Push, TryLater
from connectid.providers.retry_budget import EARNED, RESERVE, WELL_AGAIN
from connectid.testing import over_time
from connectid.testing.scene import new_phone

ANSWERS: dict[str, Outcome] = {
    "well": Delivered("name"),
    "503": TryLater("fcm answered 503"),
    "429": TryLater("fcm answered 429", 60.0),
    "nothing in time": NotFinished(begun=True),
    "not asked in time": NotFinished(begun=False),
    "403": Misconfigured("fcm answered 403"),
}
spells = st.tuples(st.sampled_from([*ANSWERS]), st.integers(1, 40))
"""An answer, and how many times in a row it is given."""


class MoodyFcm:
    """Answers as it is told to, then well; and counts as it sees us."""

    def __init__(self) -> None:
        self.coming: list[Outcome] = []
        self.delivered: set[str] = set()
        self.asked: set[str] = set()
        self.repeats = 0
        """While it was not well, or more of them at once than it had answered well in a row."""
        self.good_in_a_row = 0

    def send(self, pushes: Sequence[Push], *, deadline: float) -> list[Outcome]:
        ids = [str(one.content["notification_id"]) for one in pushes]
        repeats = sum(id_ in self.asked for id_ in ids)
        if not WELL_AGAIN <= self.good_in_a_row >= repeats:
            self.repeats += repeats
        return [self._outcome(id_) for id_ in ids]

    def _outcome(self, id_: str) -> Outcome:
        outcome = self.coming.pop(0) if self.coming else ANSWERS["well"]
        if outcome != ANSWERS["not asked in time"]:
            self.asked.add(id_)
            self.good_in_a_row = self.good_in_a_row + 1 if isinstance(outcome, Delivered) else 0
        if isinstance(outcome, Delivered):
            assert id_ not in self.delivered
            self.delivered.add(id_)
        return outcome


class Brownouts(RuleBasedStateMachine):
    """People are told things by requests and by jobs, time passes, jobs push, and FCM answers as it likes."""

    @initialize()
    def begin(self) -> None:
        for model in (Notification, PushBudget, PushRegistration, Account, Job):
            model.objects.all().delete()
        self.blocks = ExitStack()
        self.clock = self.blocks.enter_context(clock.frozen())
        self.began = self.clock.at
        self.fcm = MoodyFcm()
        patching = self.blocks.enter_context(pytest.MonkeyPatch.context())
        patching.setattr(push, "pick", lambda: self.fcm)
        # Nothing is given up for its age or its number of attempts, so that what is lost can be told.
        patching.setattr(patience, "MAX_ATTEMPTS", 10_000)
        patching.setattr(patience, "GIVEN_UP_AFTER", timedelta(days=365))
        self.reached = workers(8)
        self.without_phone = Account.objects.bulk_create(Account(username=f"none-{n}") for n in range(8))
        self.to_push = 0

    @rule(spells=st.lists(spells, min_size=1, max_size=5))
    def change_of_mood(self, spells: list[tuple[str, int]]) -> None:
        self.fcm.coming = [ANSWERS[name] for name, times in spells for _ in range(times)]

    @rule(times=st.integers(1, 12))
    def jobs_tell(self, times: int) -> None:
        for _ in range(times):
            notices.store_all(
                [Notice(one.pk, {}) for one in self.reached], kind=Kind.CONNECT, at=self.clock.at
            )
        self.to_push += times * len(self.reached)

    @rule(times=st.integers(1, 12))
    def people_without_a_phone_are_told(self, times: int) -> None:
        """They earn nothing: nobody is called for them."""
        for _ in range(times):
            notices.store_all(
                [Notice(one.pk, {}) for one in self.without_phone], kind=Kind.CONNECT, at=self.clock.at
            )

    @rule(times=st.integers(1, 12))
    def a_request_tells(self, times: int) -> None:
        messages = [Outgoing(names([*self.reached, *self.without_phone]))] * times
        sending.send(messages, at=self.clock.at, patience=1)
        self.to_push += times * len(self.reached)

    @rule(seconds=st.sampled_from([1, 10, 60, 600]))
    def pass_time(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule()
    def push_what_waits(self) -> None:
        pushing.push_waiting()

    @invariant()
    def repeats_are_a_fifth_and_the_reserve(self) -> None:
        if hasattr(self, "fcm"):
            minutes = (self.clock.at - self.began).total_seconds() / 60
            assert self.fcm.repeats <= EARNED * self.to_push + RESERVE + minutes + 1e-6

    def teardown(self) -> None:
        if not hasattr(self, "blocks"):
            return
        with self.blocks:
            self.fcm.coming = []
            for _ in range(90):
                self.clock.advance(minutes=2)
                pushing.push_waiting()
            reachable = Notification.objects.filter(account__in=self.reached)
            assert self.fcm.delivered == {str(pk) for pk in reachable.values_list("pk", flat=True)}
            assert len(self.fcm.delivered) == self.to_push
            assert not Notification.objects.filter(push_due_at__isnull=False).exists()


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_brownouts_over_time() -> None:
    over_time.tell(Brownouts, stories=16, steps=25)


@pytest.mark.django_db
def test_repeats_that_are_put_off_keep_their_attempts(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the phone's poll brings what they would announce."""
    monkeypatch.setattr(push, "pick", MoodyFcm)
    monkeypatch.setattr(push_budget, "take", lambda wanted, *, at: wanted - 1)
    now = clock.now()
    phones = [new_phone() for _ in range(2)]
    for number, phone in enumerate(phones):
        registered(f"address-{number}", account=phone.account)
        Notification.objects.create(
            account=phone.account, kind=Kind.CONNECT, payload="{}", push_due_at=now, push_attempts=1
        )
    pushing.push_due(at=now)
    [waiting] = Notification.objects.filter(push_due_at__isnull=False)
    assert waiting.push_attempts == 1
    assert waiting.push_due_at is not None
    assert waiting.push_due_at > now
    for phone in phones:
        polled = client.get("/messaging/retrieve_notifications/", headers=phone.headers).json()
        assert len(polled["notifications"]) == 1


def calls_of_the_next_minute(fcm: MoodyFcm, time: clock.FrozenClock) -> int:
    """How many repeats FCM sees, which goes on refusing."""
    before = fcm.repeats
    fcm.coming = [ANSWERS["503"]] * 10_000
    time.advance(seconds=11)
    pushing.push_waiting()
    return fcm.repeats - before


@pytest.mark.django_db
def test_a_bad_hour_begins_with_the_first_bad_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever meets it, a request too: what went well before, days ago maybe, buys no storm of repeats."""
    fcm = MoodyFcm()
    monkeypatch.setattr(push, "pick", lambda: fcm)
    with clock.frozen() as time:
        PushBudget.objects.create(pk=push_budget.ONLY, left=RESERVE, good_in_a_row=5000, counted_to=time.at)
        time.advance(seconds=1)
        fcm.coming = [ANSWERS["503"]] * 100
        sending.send([Outgoing(names(workers(100)))], at=time.at, patience=1)
        assert 0 < calls_of_the_next_minute(fcm, time) <= EARNED * 100 + RESERVE


@pytest.mark.django_db
def test_who_has_no_phone_earns_no_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    fcm = MoodyFcm()
    monkeypatch.setattr(push, "pick", lambda: fcm)
    with clock.frozen() as time:
        fcm.coming = [ANSWERS["503"]] * 40
        sending.send([Outgoing(names(workers(40)))], at=time.at, patience=1)
        nobody = Account.objects.bulk_create(Account(username=f"none-{n}") for n in range(200))
        notices.store_all([Notice(one.pk, {}) for one in nobody], kind=Kind.CONNECT, at=time.at)
        assert 0 < calls_of_the_next_minute(fcm, time) <= EARNED * 40 + RESERVE
    assert set(Notification.objects.filter(account__in=nobody).values_list("push_attempts", flat=True)) == {0}
