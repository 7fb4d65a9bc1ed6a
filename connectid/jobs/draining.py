"""Running what is due here and now, without a worker: for tests, demonstrations and one-off commands."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.tasks import task_backends

from connectid.core import clock
from connectid.jobs import outbox, runner
from connectid.jobs.outbox import Claim
from connectid.jobs.runner import Verdict

WORKER = "here-and-now"

BATCH = 100

LEASE = timedelta(minutes=10)
"""Leases are not renewed here, so a batch has this long."""


class Tally(NamedTuple):
    """How the runs of one call ended."""

    succeeded: int
    retried: int
    failed: int


def run_pending(limit: int = 10_000, *, queues: Sequence[str] = ()) -> Tally:
    """Run due jobs in the calling thread, one after another, until none is due or ``limit`` runs are made.

    Jobs that these enqueue are run too; retries are not, as they are due only later. Works inside a transaction, as in
    tests that roll back.
    """
    queues = tuple(queues) or tuple(sorted(task_backends["default"].queues))
    verdicts: Counter[Verdict] = Counter()
    while (left := limit - verdicts.total()) > 0:
        at = clock.now()
        claims = outbox.claim(
            worker=WORKER, queues=queues, limit=min(left, BATCH), at=at, lease_until=at + LEASE
        )
        if not claims:
            break
        verdicts.update(_run(claims))
    return Tally(verdicts[Verdict.SUCCEEDED], verdicts[Verdict.RETRIED], verdicts[Verdict.FAILED])


def _run(claims: list[Claim]) -> list[Verdict]:
    outcomes = [runner.run(claim, worker=WORKER) for claim in claims]
    if done := [outcome.claim.id for outcome in outcomes if outcome.returned is None]:
        outbox.acknowledge(done, worker=WORKER)
    if returned := [outcome.returned for outcome in outcomes if outcome.returned is not None]:
        outbox.put_back(returned, worker=WORKER)
    return [outcome.verdict for outcome in outcomes]
