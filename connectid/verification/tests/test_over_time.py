"""Sends and checks in any order over days, against a model that says the same in plain Python."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connectid.core import clock
from connectid.testing import over_time
from connectid.verification import limits
from connectid.verification.models import Challenge, Counter
from connectid.verification.tests import acts

ADDRESSES = (acts.NUMBER, acts.EMAIL)
SCOPES = ("session:1", "session:2")
DAY = timedelta(days=1)

# Mostly one address in one scope, or too little happens to any.
addresses = st.sampled_from([*[ADDRESSES[0]] * 4, ADDRESSES[1]])
scopes = st.sampled_from([*[SCOPES[0]] * 4, SCOPES[1]])


@dataclass
class Bucket:
    """Tokens in a bowl that fills up evenly over a day."""

    size: int
    held: Fraction = Fraction(0)
    at: datetime = acts.AT - DAY

    def has_one(self, at: datetime) -> bool:
        share = Fraction((at - self.at) // timedelta(seconds=1), 86_400)
        self.held, self.at = min(Fraction(self.size), self.held + share * self.size), at
        return self.held >= 1

    def next_at(self) -> datetime:
        return self.at + timedelta(seconds=float((1 - self.held) * 86_400 / self.size))


@dataclass
class Code:
    """What somebody who was sent a code knows of it."""

    text: str
    expires_at: datetime
    checks: int = 0
    used: bool = False

    def lives(self, at: datetime) -> bool:
        return not self.used and self.checks < limits.CHECKS_PER_CODE and at < self.expires_at


@dataclass
class Sent:
    """The sends of one address in one scope."""

    code: Code | None = None
    count: int = 0
    last_at: datetime | None = None

    def next_at(self) -> datetime:
        if self.last_at is None:
            return acts.AT
        return self.last_at + timedelta(minutes=(2, 4, 8, 16)[min(self.count, 4) - 1])

    def keeps_its_code(self, at: datetime, *, sending: bool) -> bool:
        if self.code is None or not self.code.lives(at):
            return False
        return not sending or self.code.expires_at - at > timedelta(minutes=5)


@dataclass
class World:
    """What the model believes."""

    sent: dict[tuple[str, str], Sent] = field(
        default_factory=lambda: {(address, scope): Sent() for address in ADDRESSES for scope in SCOPES}
    )
    sends: dict[str, Bucket] = field(default_factory=lambda: {address: Bucket(5) for address in ADDRESSES})
    checks: dict[str, Bucket] = field(default_factory=lambda: {address: Bucket(10) for address in ADDRESSES})
    scopes: dict[str, Bucket] = field(default_factory=lambda: {scope: Bucket(10) for scope in SCOPES})
    quiet_until: dict[str, datetime] = field(default_factory=dict)

    def edges(self, address: str, scope: str) -> Iterator[datetime]:
        """The moments at which an answer about this address and scope changes."""
        sent = self.sent[address, scope]
        if sent.code:
            yield from (sent.code.expires_at, sent.code.expires_at - timedelta(minutes=5))
        if sent.last_at:
            yield from (sent.next_at(), sent.last_at + DAY)
        yield self.quiet_until.get(address, acts.AT)
        yield from (
            bucket.next_at() for bucket in (self.sends[address], self.checks[address], self.scopes[scope])
        )


class SendingAndChecking(RuleBasedStateMachine):
    """Whatever people and attackers do with two addresses."""

    @initialize()
    def begin(self) -> None:
        Challenge.objects.all().delete()
        Counter.objects.all().delete()
        self.blocks = ExitStack()
        self.clock = self.blocks.enter_context(clock.frozen(acts.AT))
        self.world = World()

    def teardown(self) -> None:
        if hasattr(self, "blocks"):
            self.blocks.close()

    @rule(seconds=st.sampled_from([1, 60]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule(address=addresses, scope=scopes, which=st.integers(0, 7), seconds=st.sampled_from([0, 0, -1, 1]))
    def wait_for_a_change(self, address: str, scope: str, which: int, seconds: int) -> None:
        coming = sorted(moment for moment in self.world.edges(address, scope) if moment > clock.now())
        if coming:
            self.clock.move_to(coming[which % len(coming)] + timedelta(seconds=seconds))

    @rule(address=addresses, scope=scopes)
    def send(self, address: str, scope: str) -> None:
        at, world = clock.now(), self.world
        sent = world.sent[address, scope]
        if sent.code and sent.code.used:  # its owner was here: the gaps begin again
            sent.count, sent.last_at = 0, None
        buckets = (world.sends[address], world.scopes[scope])
        may = at >= max(sent.next_at(), world.quiet_until.get(address, at))
        may = all([bucket.has_one(at) for bucket in buckets]) and may  # noqa: C419  # all of them are to refill
        sending = acts.send(at, address=address, scope=scope)
        assert (sending.accepted, sending.retry_after is None) == (may, may)
        text = acts.code(address=address, scope=scope)
        if sent.keeps_its_code(at, sending=may):
            assert sent.code
            assert sent.code.text == text
        else:
            sent.code = Code(text, at + acts.LIFETIME)
        if may:
            for bucket in buckets:
                bucket.held -= 1
            world.quiet_until[address] = at + timedelta(seconds=60)
            sent.count = 1 if sent.last_at and at - sent.last_at >= DAY else sent.count + 1
            sent.last_at = at

    @rule(address=addresses, scope=scopes, wrong=st.sampled_from([0, 1, 4, 5]), right=st.booleans())
    def type_codes(self, address: str, scope: str, wrong: int, *, right: bool) -> None:
        for is_right in [False] * wrong + [True] * right:
            self.check(address, scope, right=is_right)

    def check(self, address: str, scope: str, *, right: bool) -> None:
        at, world = clock.now(), self.world
        code = world.sent[address, scope].code
        text = code.text if code else "123456"
        counted = world.checks[address].has_one(at)
        expected = counted and right and code is not None and code.lives(at)
        typed = text if right else acts.wrong(text)
        assert acts.is_right(typed, at, address=address, scope=scope) == expected
        if counted and code and code.lives(at):
            code.checks += 1
            code.used = expected
        if counted and not expected:
            world.checks[address].held -= 1

    @invariant()
    def one_row_for_each(self) -> None:
        if hasattr(self, "world"):
            made = sum(sent.code is not None for sent in self.world.sent.values())
            assert Challenge.objects.count() == made


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_sending_and_checking_over_time() -> None:
    over_time.tell(SendingAndChecking, stories=40, steps=30)
