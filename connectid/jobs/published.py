"""Running the jobs that a broker's message names, in the process that received it."""

from collections.abc import Sequence

from django.db import connection

from connectid.core import clock
from connectid.jobs import backend, handover
from connectid.jobs.hands import Hands
from connectid.jobs.worker import new_name


def run_published(ids: Sequence[int]) -> int:
    """Run those of the jobs that nobody has taken yet, one after another; return how many were run or given back.

    Leases, time limits, retries and dead letters are those of every worker: of the message, nothing but the ids counts.
    """
    options = backend.options()
    hands = Hands(
        name=new_name(),
        threads=1,
        batch=len(ids),
        lease_seconds=options.lease_seconds,
        poll_seconds=options.poll_seconds,
    )
    try:
        claims = handover.claim(ids, worker=hands.name, lease_until=clock.now() + hands.lease)
        if claims:
            hands.crew.start()
            hands.crew.give(claims)
            hands.finish()
            hands.crew.close()
    finally:
        connection.close()
    return len(claims)
