"""How many pushes may be repeats (:mod:`connectid.providers.retry_budget`), for all processes together.

Requests push first and jobs repeat, in other processes, so what was earned is counted where both can see it: in the notifications
themselves, and only when something is to be repeated.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Least

from connectid.notifications.models import Notification, PushBudget
from connectid.providers import retry_budget
from connectid.providers.push import Misconfigured, NotFinished, Outcome, TryLater

ONLY = 1
"""The key of the one row."""
MOST_IN_A_ROW = 10_000
"""Counted no further."""


def take(wanted: int, *, at: datetime) -> int:
    """Spend up to ``wanted`` on repeats; return how many there may be. Three statements, none where nothing is wanted."""
    if not wanted:
        return 0
    with transaction.atomic():
        budget = _locked(at)
        since = max(budget.counted_to, at - timedelta(seconds=retry_budget.FADES))
        begun = Notification.objects.filter(
            Q(push_attempts__gt=0) | Q(push_due_at__isnull=False), created_at__gt=since, created_at__lte=at
        )
        left = retry_budget.refilled(
            budget.left, seconds=(at - budget.counted_to).total_seconds(), first_attempts=begun.count()
        )
        if budget.good_in_a_row >= retry_budget.WELL_AGAIN:
            granted, spent = min(wanted, budget.good_in_a_row), 0
        else:
            granted = spent = min(wanted, int(left))
        PushBudget.objects.filter(pk=ONLY).update(left=left - spent, counted_to=max(at, budget.counted_to))
    return granted


def answered(outcomes: Sequence[Outcome], *, has_repeats: bool) -> None:
    """Count how the pushes of a batch ended: after good ones in a row there may be as many repeats, after a bad one none for it.

    Good ones are counted where repeats are among them; a bad one ends the row whoever met it. One statement, none where all that
    was begun for the first time went well.
    """
    bad = [place for place, outcome in enumerate(outcomes) if isinstance(outcome, _BAD)]
    if has_repeats:
        good = len(outcomes) - 1 - bad[-1] if bad else F("good_in_a_row") + len(outcomes)
        PushBudget.objects.filter(pk=ONLY).update(good_in_a_row=Least(good, MOST_IN_A_ROW))
    elif bad:
        # Nothing is written, nor locked, while things are bad already.
        PushBudget.objects.filter(pk=ONLY, good_in_a_row__gt=0).update(good_in_a_row=0)


_BAD = (TryLater, Misconfigured, NotFinished)


def _locked(at: datetime) -> PushBudget:
    found = PushBudget.objects.select_for_update().filter(pk=ONLY).first()
    if found is None:
        first = PushBudget(
            pk=ONLY, left=retry_budget.RESERVE, counted_to=at - timedelta(seconds=retry_budget.FADES)
        )
        PushBudget.objects.bulk_create([first], ignore_conflicts=True)
        found = PushBudget.objects.select_for_update().get(pk=ONLY)
    return found
