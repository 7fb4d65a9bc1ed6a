"""What jobs cost that look for rows of their own: as many statements for one as for a thousand.

Jobs whose rows take more to make are tested beside their feature.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import models
from pytest_django import Settings

from connectid.accounts.models import Account, LockReason
from connectid.core import clock
from connectid.devices import tasks as devices
from connectid.devices.models import PushRegistration
from connectid.directory import tasks as directory
from connectid.directory.models import LookUp
from connectid.enrollment import tasks as enrollment
from connectid.enrollment.models import EnrollmentSession
from connectid.insights import tasks as insights
from connectid.insights.models import ExportRun
from connectid.integrity import tasks as integrity
from connectid.integrity.models import IntegrityReport, SeenToken
from connectid.invitations import tasks as invitations
from connectid.invitations.models import HqInvite
from connectid.jobs import tasks as jobs
from connectid.jobs.definition import JobTask
from connectid.jobs.models import Job, State
from connectid.messaging import tasks as messaging
from connectid.messaging.models import Callback, Channel, MessageServer
from connectid.oauth.models import BrowserSession
from connectid.payments import tasks as payments
from connectid.payments.models import PaymentNumber
from connectid.recovery import tasks as recovery
from connectid.recovery.models import RecoverySession
from connectid.signin import tasks as signin
from connectid.signin.models import Consent, SignIn
from connectid.testing.budget import StatementBudget
from connectid.testing.rows import new_rows
from connectid.verification import tasks as verification
from connectid.verification.models import Challenge, Counter

pytestmark = pytest.mark.django_db

A_BATCH = 999
"""Rows of one statement, and none left: a full batch asks whether there are more."""

REFERRED_TO = 100
"""Rows of one statement of Django's where other tables refer to them."""


@dataclass(frozen=True)
class Found:
    """What a job finds: rows of these models, the last with these values, after so long; and whether none is left."""

    task: JobTask[..., Any]
    models: tuple[type[models.Model], ...]
    statements: int
    values: dict[str, Any] = field(default_factory=dict)
    later: timedelta = timedelta(days=800)
    consumed: bool = True
    cap: int = A_BATCH

    def grow(self, count: int) -> None:
        """Make so many rows more of each model."""
        rows = [new_rows(model, count) for model in self.models][-1]
        values = {name: value() if callable(value) else value for name, value in self.values.items()}
        if values:
            made = self.models[-1]._default_manager.filter(pk__in=[row.pk for row in rows])
            made.update(**values)


FOUND = [
    Found(directory.prune, (LookUp,), 1),
    Found(payments.prune, (PaymentNumber,), 3, cap=REFERRED_TO),
    Found(invitations.prune, (HqInvite,), 1),
    Found(insights.prune, (ExportRun,), 1, {"ended_at": clock.now}),
    Found(integrity.prune, (SeenToken, IntegrityReport), 2),
    Found(signin.prune, (SignIn, Consent, BrowserSession), 9),
    Found(enrollment.prune_sessions, (EnrollmentSession,), 2),
    Found(
        enrollment.prune_unproven_accounts,
        (Account,),
        30,
        {"phone_number": "", "unproven_since": clock.now},
        cap=REFERRED_TO,
    ),
    Found(recovery.prune_sessions, (RecoverySession,), 4),
    Found(devices.prune_push_addresses, (PushRegistration,), 3),
    Found(jobs.discard_dead_letters, (Job,), 3, {"state": State.FAILED, "failed_at": clock.now}),
    Found(verification.prune, (Challenge, Counter), 2),
    Found(verification.judge_breaker, (Challenge, Counter), 5, later=timedelta(), consumed=False),
    Found(
        recovery.lift_expired_locks,
        (Account,),
        8,
        {"is_active": False, "locked_at": clock.now, "lock_reason": LockReason.WRONG_CODES},
    ),
    Found(messaging.relay_waiting, (Callback,), 4, consumed=False),
]


@pytest.mark.parametrize("found", FOUND, ids=lambda found: found.task.module_path)
def test_statements(found: Found, statement_budget: StatementBudget, settings: Settings) -> None:
    settings.LOCK_EXPIRES_AFTER_HOURS = 24

    def act() -> None:
        with clock.frozen(clock.now() + found.later):
            found.task.call()

    statement_budget(found.statements, grow=found.grow, act=act, consumed=found.consumed, cap=found.cap)


def test_statements_of_waking_a_partner(statement_budget: StatementBudget) -> None:
    """What waits is made due, the channels are found, their jobs are enqueued; no more are found."""
    (server,) = new_rows(MessageServer, 1)

    def grow(count: int) -> None:
        new_rows(Callback, count)
        Channel.objects.update(server=server)

    statement_budget(4, grow=grow, act=lambda: messaging.relay_partner.call(server.pk), cap=A_BATCH)
