"""Every call of a recovery in any order, right or wrong, early or late, against a model (safety: recovery step abuse)."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connectid.accounts.models import Account
from connectid.core import clock, passwords, ratelimit
from connectid.core.errors import DomainError
from connectid.recovery.limits import PASSWORDS_PER_SESSION
from connectid.recovery.models import RecoverySession, Step
from connectid.recovery.operations import closing, leaving, password, proofs, sessions
from connectid.recovery.tests.older_app import WRONG, other_than
from connectid.testing import over_time
from connectid.testing.scene import BACKUP_CODE, new_account, new_number
from connectid.verification import codes
from connectid.verification.limits import CHECKS_PER_CODE, RENEWED_WITHIN, RESEND_GAPS
from connectid.verification.models import Challenge, Counter

TEN_MINUTES = timedelta(minutes=10)
AT = clock.now()
PASSWORD = "qT7_mzuzu.Karonga!42"
rightness = st.sampled_from([True, True, True, False])


# Left to chance, few runs would come far: most begin with steps in their order.
BEGINNINGS: tuple[tuple[str, ...], ...] = (
    (),
    ("prove_number",),
    ("prove_number", "send_to_second_number"),
    ("prove_number", "send_closing_code"),
    ("prove_number", "prove_backup_code"),
    ("prove_number", "prove_password"),
    ("prove_number", "send_to_second_number", "prove_second_number"),
    ("prove_number", "prove_backup_code", "send_closing_code"),
    ("prove_number", "prove_backup_code", "reset_password"),
)


class SentCode:
    """What the model knows of the code for one purpose."""

    expires_at = last_at = datetime.min.replace(tzinfo=UTC)
    checks = sends = 0
    used = False

    def send(self, at: datetime) -> None:
        """A new code in place of a dead one, and of one that soon will be where the gap between texts is over."""
        if self.used:
            self.sends, self.last_at = 0, datetime.min.replace(tzinfo=UTC)
        is_dead = not self.lives(at)
        gap = (
            timedelta(minutes=RESEND_GAPS[min(self.sends, len(RESEND_GAPS)) - 1])
            if self.sends
            else timedelta()
        )
        accepted = at - self.last_at >= gap
        if is_dead or (accepted and self.expires_at - at <= RENEWED_WITHIN):
            self.expires_at, self.checks, self.used = at + TEN_MINUTES, 0, False
        if accepted:
            self.sends, self.last_at = self.sends + 1, at

    def lives(self, at: datetime) -> bool:
        return at < self.expires_at and not self.used and self.checks < CHECKS_PER_CODE

    def check(self, at: datetime, *, right: bool) -> bool:
        """Count a check, and say whether the code is accepted."""
        if not self.lives(at):
            return False
        self.checks += 1
        self.used = right
        return right


class Recovery(RuleBasedStateMachine):
    """One session, its holder and the account's owner."""

    @initialize(beginning=st.sampled_from(BEGINNINGS))
    def begin(self, beginning: tuple[str, ...]) -> None:
        for model in (RecoverySession, Challenge, Account):
            model.objects.all().delete()
        self.blocks = ExitStack()
        self.clock = self.blocks.enter_context(clock.frozen(AT))
        self.account = new_account(
            secondary_phone=new_number(),
            secondary_phone_proven_at=AT,
            password=passwords.hash_memorised(PASSWORD),
        )
        ratelimit.forget()
        self.secret = sessions.start(phone_number=self.account.phone_number, address="test", at=AT)
        self.session = RecoverySession.objects.get()
        sessions.send_code(session_id=self.session.pk, at=AT)
        self.step, self.moved_at, self.expires_at = Step.STARTED, AT, AT + TEN_MINUTES
        self.open, self.wrong_pins, self.passwords, self.proven_by_second = True, 0, 0, False
        self.sent = {
            purpose: SentCode()
            for purpose in (sessions.NUMBER_CODE, proofs.SECOND_NUMBER_CODE, leaving.CLOSING_CODE)
        }
        self.sent[sessions.NUMBER_CODE].send(AT)
        for call in beginning:
            getattr(self, call)(right=True) if call.startswith("prove") else getattr(self, call)()

    def teardown(self) -> None:
        if hasattr(self, "blocks"):
            self.blocks.close()

    @rule(seconds=st.sampled_from([1, 9, 10, 180, 301]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule(seconds=st.sampled_from([-1, 0]))
    def wait_for_the_end(self, seconds: int) -> None:
        self.clock.move_to(max(self.at, self.expires_at + timedelta(seconds=seconds)))

    @rule(right=rightness)
    def prove_number(self, *, right: bool) -> None:
        waits = self.step == Step.NUMBER_PROVEN and self.repeated()
        may = (
            self.lives()
            and self.step in (Step.STARTED, Step.NUMBER_PROVEN)
            and (waits or self.sent[sessions.NUMBER_CODE].check(self.at, right=right))
        )
        code = self.code(sessions.NUMBER_CODE, right=right)
        assert self.did(proofs.prove_number, code=code) == may
        if may and not waits:
            self.moved(Step.NUMBER_PROVEN)

    @rule()
    def send_to_second_number(self) -> None:
        may = self.lives() and self.open and self.step == Step.NUMBER_PROVEN
        assert self.did(proofs.send_to_second_number) == may
        if may:
            self.sent[proofs.SECOND_NUMBER_CODE].send(self.at)
            self.expires_at = max(self.expires_at, self.at + TEN_MINUTES)

    @rule(right=rightness)
    def prove_second_number(self, *, right: bool) -> None:
        repeats = self.is_proving() and self.proven_by_second and self.repeated()
        may = repeats or (
            self.is_proving()
            and self.open
            and self.sent[proofs.SECOND_NUMBER_CODE].check(self.at, right=right)
        )
        code = self.code(proofs.SECOND_NUMBER_CODE, right=right)
        assert self.did(proofs.prove_second_number, code=code) == may
        if may and not repeats:
            self.moved(Step.OWNER_PROVEN)
            self.proven_by_second = True

    @rule(right=rightness)
    def prove_backup_code(self, *, right: bool) -> None:
        tried = self.is_proving() and self.open
        assert self.did(proofs.prove_backup_code, code=BACKUP_CODE if right else WRONG) == (tried and right)
        if tried and right:
            self.moved(Step.OWNER_PROVEN)
            self.wrong_pins, self.proven_by_second = 0, False
        elif tried:
            self.wrong_pins += 1
            self.open = self.wrong_pins < 3

    @rule(right=rightness)
    def prove_password(self, *, right: bool) -> None:
        tried = self.is_proving() and self.passwords < PASSWORDS_PER_SESSION
        self.passwords += tried
        may = tried and self.open and right
        typed = PASSWORD if right else "something else"
        assert self.did(proofs.prove_password, password=typed, address="test") == may
        if may:
            self.moved(Step.OWNER_PROVEN)
            self.proven_by_second = False

    @rule()
    def reset_password(self) -> None:
        may = self.lives() and self.open and self.step == Step.OWNER_PROVEN
        assert self.did(password.reset, password=PASSWORD) == may
        if may:
            self.moved(Step.FINISHED)

    @rule()
    def send_closing_code(self) -> None:
        may = self.is_proving() and self.open
        assert self.did(leaving.send_code) == may
        if may:
            self.sent[leaving.CLOSING_CODE].send(self.at)
            self.expires_at = max(self.expires_at, self.at + 2 * TEN_MINUTES)

    @rule(right=rightness)
    def close(self, *, right: bool) -> None:
        may = self.is_proving() and self.open and self.sent[leaving.CLOSING_CODE].check(self.at, right=right)
        assert self.did(leaving.confirm, code=self.code(leaving.CLOSING_CODE, right=right)) == may
        if may:
            self.moved(Step.FINISHED)
            self.open = False

    @rule(now=st.sampled_from([False] * 7 + [True]))
    def staff_locks(self, *, now: bool) -> None:
        if now:
            self.open = not closing.lock(account_id=self.account.pk, at=self.at) and self.open

    @invariant()
    def the_row_is_where_the_model_is(self) -> None:
        if hasattr(self, "blocks"):
            self.session.refresh_from_db()
            assert (self.session.step, self.session.expires_at) == (self.step, self.expires_at)
            assert Account.objects.filter(is_active=True).exists() == self.open

    @property
    def at(self) -> datetime:
        return clock.now()

    def lives(self) -> bool:
        return self.at < self.expires_at

    def is_proving(self) -> bool:
        return self.lives() and self.step in (Step.NUMBER_PROVEN, Step.OWNER_PROVEN)

    def repeated(self) -> bool:
        return self.at - self.moved_at >= proofs.REPEATED_AFTER

    def moved(self, to: Step) -> None:
        assert to >= self.step
        self.step, self.moved_at = to, self.at
        self.expires_at = max(self.expires_at, self.at + TEN_MINUTES)

    def did(self, call: Callable[..., Any], **given: str) -> bool:
        """Whether the call passed. Limits by number are tested elsewhere, so they begin anew."""
        Counter.objects.all().delete()
        ratelimit.forget()
        try:
            call(phone_number=self.account.phone_number, secret=self.secret, at=self.at, **given)
        except DomainError:
            return False
        return True

    def code(self, purpose: str, *, right: bool) -> str:
        held = Challenge.objects.filter(purpose=purpose).first()
        text = codes.code_of(held) if held else WRONG
        return text if right and held else other_than(text)


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_no_order_of_calls_makes_an_illegal_step() -> None:
    over_time.tell(Recovery, stories=40, steps=25)
