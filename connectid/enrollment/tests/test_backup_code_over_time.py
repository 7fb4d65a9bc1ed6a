"""Right and wrong backup codes, locks and time in any order, over HTTP, against a model that says the same in plain Python."""

from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connectid.accounts.models import Account, LockReason
from connectid.core import clock
from connectid.enrollment.tests.recovering import PATH, WRONG, session_of
from connectid.recovery.limits import MAX_CODES_IN_A_ROW
from connectid.recovery.operations import closing, lifting
from connectid.testing import over_time
from connectid.testing.scene import BACKUP_CODE, basic, new_phone

LOCKED = (401, {"error_code": "LOCKED_ACCOUNT"})
EXPIRY = timedelta(hours=24)


class Recovering(RuleBasedStateMachine):
    """Whatever an owner, a guesser and staff do to one account."""

    @initialize()
    def begin(self) -> None:
        self.blocks = ExitStack()
        self.clock = self.blocks.enter_context(clock.frozen(datetime.fromisoformat("2026-01-01T00:00:00Z")))
        self.blocks.enter_context(override_settings(LOCK_EXPIRES_AFTER_HOURS=24))
        Account.objects.all().delete()
        enrolled = new_phone()
        self.account = enrolled.account
        self.current: dict[str, str] | None = enrolled.headers
        self.former: list[dict[str, str]] = []
        self.tries, self.in_a_row = 0, 0
        self.lock: tuple[LockReason, datetime] | None = None

    def teardown(self) -> None:
        if hasattr(self, "blocks"):
            self.blocks.close()

    def ends(self) -> None:
        """What time does to the lock, once somebody looks."""
        if self.lock is None or self.in_a_row >= MAX_CODES_IN_A_ROW:
            return
        reason, since = self.lock
        if reason is LockReason.WRONG_CODES and clock.now() - since >= EXPIRY:
            self.lock, self.tries = None, 0

    def confirm(self, code: str) -> tuple[int, Any]:
        headers = session_of(self.account).headers
        answer = Client().post(PATH, {"recovery_pin": code}, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    @rule(times=st.sampled_from([1, 1, 2, 3]))
    def guess(self, times: int) -> None:
        for _ in range(times):
            self.ends()
            told = self.confirm(WRONG)
            if self.lock is None:
                self.tries, self.in_a_row = self.tries + 1, self.in_a_row + 1
                if self.tries < 3:
                    assert told == (200, {"attempts_left": 3 - self.tries})
                    continue
                self.lock = LockReason.WRONG_CODES, clock.now()
            assert told == LOCKED

    @rule()
    def recover(self) -> None:
        self.ends()
        status, body = self.confirm(BACKUP_CODE)
        if self.lock is not None:
            assert (status, body) == LOCKED
            return
        assert (status, body["username"]) == (200, self.account.username)
        if self.current is not None:
            self.former.append(self.current)
        self.current = basic(body["username"], body["password"])
        self.tries = self.in_a_row = 0

    @rule()
    def staff_lock(self) -> None:
        changed = closing.lock(account_id=self.account.pk, at=clock.now())
        assert changed == (self.lock is None or self.lock[0] is LockReason.WRONG_CODES)
        if changed:
            self.lock = LockReason.STAFF, clock.now()
            self.former += [self.current] if self.current else []
            self.current = None

    @rule()
    def staff_unlock(self) -> None:
        assert lifting.unlock(account_id=self.account.pk) == (self.lock is not None)
        if self.lock is not None:
            self.lock = None
            self.tries = self.in_a_row = 0

    @rule(hours=st.sampled_from([1, 23, 24]))
    def wait(self, hours: int) -> None:
        self.clock.advance(hours=hours)

    @rule()
    def run_the_job(self) -> None:
        before = self.lock
        self.ends()
        assert lifting.lift_expired(at=clock.now()) == (before is not None and self.lock is None)

    @invariant()
    def one_phone_at_most_is_let_in(self) -> None:
        if not hasattr(self, "account"):
            return
        self.account.refresh_from_db()
        assert self.account.is_active == (self.lock is None)
        assert (self.account.failed_codes_in_a_row, self.account.is_locked) == (
            self.in_a_row,
            self.lock is not None,
        )
        if self.current is not None:
            assert self.is_let_in(self.current) == (self.lock is None)
        assert not any(self.is_let_in(headers) for headers in self.former[-1:])

    def is_let_in(self, headers: dict[str, str]) -> bool:
        return bool(Client().get("/users/fetch_db_key", headers=headers).status_code == 200)


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_codes_and_locks_over_time() -> None:
    over_time.tell(Recovering, stories=16, steps=15)
