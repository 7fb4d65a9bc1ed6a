"""What partners refuse is repeated, but never so often that our calls grow by more than a fifth, and all arrives (decision 0033)."""

import json
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.jobs.models import Job
from connectid.messaging import patience
from connectid.messaging.models import Callback, CallbackKind, MessageServer
from connectid.messaging.operations import callbacks, relaying
from connectid.messaging.operations.callbacks import NewCallback
from connectid.providers import webhooks
from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.retry_budget import EARNED, RESERVE, WELL_AGAIN
from connectid.testing import over_time
from connectid.testing.partners import new_channel, new_partner
from connectid.testing.scene import new_account

ANSWERS: dict[str, Rejected | Unavailable | None] = {
    "well": None,
    "400": Rejected("answered 400"),
    "503": Unavailable("answered 503"),
    "429": Unavailable("answered 429", retry_after=90.0),
}
spells = st.tuples(st.sampled_from([*ANSWERS]), st.integers(1, 20))
"""An answer, and how many times in a row it is given."""
PARTNERS = 2
CHANNELS = 2
"""Of each."""
names = st.integers(0, PARTNERS - 1)


@dataclass
class Moody:
    """A partner: what it will answer, and what it sees of us."""

    server_id: int
    coming: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    arrived: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By channel, in order."""
    repeats: int = 0
    """While it was not well."""
    looks: int = 0
    """Calls to a partner that is left alone, to see whether it is well again; they may be repeats."""
    good_in_a_row: int = 0

    def called(self, body: bytes) -> None:
        told = json.loads(body)
        name, call = told["channel_id"], told["messages"][0]["message_id"]
        is_look = MessageServer.objects.filter(pk=self.server_id, paused_until__isnull=False).exists()
        if is_look:
            self.looks += 1
        elif call in self.seen and self.good_in_a_row < WELL_AGAIN:
            self.repeats += 1
        self.seen.add(call)
        answer = self.coming.pop(0) if self.coming else "well"
        failure = ANSWERS[answer]
        well = max(self.good_in_a_row + 1, WELL_AGAIN if is_look else 0)
        self.good_in_a_row = well if failure is None else 0
        if failure is not None:
            self.refused |= {call} if answer == "400" else set()
            raise failure
        self.arrived[name].append(call)


class BadHours(RuleBasedStateMachine):
    """Partners are told things, time passes, jobs carry what is due, and each partner answers as it likes."""

    @initialize()
    def begin(self) -> None:
        for model in (MessageServer, Account, Job):
            model.objects.all().delete()
        relaying.budgets.forget()
        self.blocks = ExitStack()
        self.clock = self.blocks.enter_context(clock.frozen())
        self.began = self.clock.at
        patching = self.blocks.enter_context(pytest.MonkeyPatch.context())
        patching.setattr(webhooks, "pick", lambda: self)
        patching.setattr(
            patience, "WAITS", (5,) * 10_000
        )  # so that everything wants to be repeated, and soon
        self.partners: dict[str, Moody] = {}
        self.told: dict[str, list[str]] = {}
        """By channel, in order."""
        self.channels: list[list[str]] = []
        account = new_account()
        for _ in range(PARTNERS):
            partner = new_partner()
            self.partners[partner.server.callback_url] = Moody(partner.server.pk)
            opened = [str(new_channel(partner, account.pk).pk) for _ in range(CHANNELS)]
            self.told |= {channel: [] for channel in opened}
            self.channels.append(opened)

    def post(self, *, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Pass the call on to its partner (see :class:`connectid.providers.webhooks.WebhookCaller`)."""
        self.partners[url].called(body)

    @rule(partner=names, spells=st.lists(spells, min_size=1, max_size=4))
    def change_of_mood(self, partner: int, spells: list[tuple[str, int]]) -> None:
        [*self.partners.values()][partner].coming = [name for name, times in spells for _ in range(times)]

    @rule(partner=names, channel=st.integers(0, CHANNELS - 1), count=st.integers(1, 20))
    def tell(self, partner: int, channel: int, count: int) -> None:
        name = self.channels[partner][channel]
        new = [str(uuid4()) for _ in range(count)]
        bodies = [{"channel_id": name, "messages": [{"message_id": id_}]} for id_ in new]
        callbacks.queue(
            [NewCallback(UUID(name), CallbackKind.RECEIPT, json.dumps(body)) for body in bodies],
            at=self.clock.at,
        )
        self.told[name] += new

    @rule(seconds=st.sampled_from([1, 6, 30, 90, 600]))
    def time_passes(self, seconds: int) -> None:
        self._work_after(seconds)

    def _work_after(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)
        relaying.sweep(at=self.clock.at)
        run_pending()

    @invariant()
    def repeats_are_a_fifth_and_the_reserve(self) -> None:
        for partner in getattr(self, "partners", {}).values():
            minutes = (self.clock.at - self.began).total_seconds() / 60
            assert partner.repeats <= EARNED * len(partner.seen) + RESERVE + minutes + 1e-6
            assert partner.looks <= 2 * minutes

    @invariant()
    def nothing_overtakes_but_what_was_refused(self) -> None:
        for partner in getattr(self, "partners", {}).values():
            for channel, arrived in partner.arrived.items():
                assert len(arrived) == len({*arrived})
                told = [call for call in self.told[channel] if call not in partner.refused]
                in_order = [call for call in arrived if call not in partner.refused]
                assert in_order == told[: len(in_order)]

    def teardown(self) -> None:
        if not hasattr(self, "blocks"):
            return
        with self.blocks:
            for partner in self.partners.values():
                partner.coming = []
            for _ in range(200):
                self._work_after(60)
                if not Callback.objects.exists():
                    break
            assert not Callback.objects.exists()
            arrived = {name: calls for one in self.partners.values() for name, calls in one.arrived.items()}
            assert {name: {*calls} for name, calls in arrived.items()} == {
                name: {*calls} for name, calls in self.told.items() if calls
            }


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_bad_hours_of_partners() -> None:
    over_time.tell(BadHours, stories=16, steps=20)
