"""How long a push is tried again. The phone's own poll, hourly, brings what no push announced."""

from datetime import datetime, timedelta

from connectid.jobs import retries
from connectid.providers.push import Misconfigured, NotFinished, Outcome, TryLater

GIVEN_UP_AFTER = timedelta(minutes=60)
"""From the notification on. By then the phone has polled."""
MAX_ATTEMPTS = 6
FIRST_WAIT = 10.0
LONGEST_WAIT = 900.0
"""Seconds: ten before the second attempt at most, doubled with each further one, and any less by chance."""


def wait_after(outcome: Outcome, *, attempts: int) -> timedelta | None:
    """Return how long to wait after that many attempts, of which the last ended so; None: it is over, for better or worse.

    A Retry-After of FCM's is a floor.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    match outcome:
        case TryLater(_, retry_after):
            asked = retry_after
        case Misconfigured() | NotFinished():
            asked = None
        case _:
            return None
    return timedelta(seconds=retries.delay(attempts, base=FIRST_WAIT, cap=LONGEST_WAIT, retry_after=asked))


def is_over(*, created_at: datetime, at: datetime) -> bool:
    """Whether a push at ``at`` would come too late to be of use."""
    return at >= created_at + GIVEN_UP_AFTER
