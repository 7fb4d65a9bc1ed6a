"""The global breaker: guessing that is spread over so many numbers that no limit of a single number sees it.

A job judges every minute, so no request waits for a row that all others write. While the breaker is open, an address has half
as many checks a day (``counters.take`` asks for it within its own statement).
"""

from datetime import datetime

import structlog

from connectid.verification import counters, limits, metrics
from connectid.verification.models import Breaker, Challenge

log = structlog.get_logger(__name__)

_ROW = 1


def judge(*, at: datetime) -> bool:
    """Open, keep open or close the breaker by the checks of the present hour of the clock; returns whether it is open.

    At most four statements, whatever was counted. Opening is logged as an error, once, for somebody to be called.
    """
    began_at, checks = counters.checks_in_hour(at)
    right = Challenge.objects.filter(used_at__gte=began_at).count()
    failures = max(0, checks - right)
    known = Breaker.objects.filter(pk=_ROW, open_until__gt=at).first()
    attacked = failures >= limits.BREAKER_FAILURES and failures * 100 > checks * limits.BREAKER_PERCENT
    if attacked:
        opened = Breaker(
            pk=_ROW,
            opened_at=known.opened_at if known else at,
            open_until=at + limits.BREAKER_STAYS_OPEN,
            checks=checks,
            failures=failures,
        )
        columns = ["opened_at", "open_until", "checks", "failures"]
        Breaker.objects.bulk_create(
            [opened], update_conflicts=True, unique_fields=["id"], update_fields=columns
        )
        if known is None:
            log.error("code_breaker_opened", checks=checks, failures=failures)
    is_open = attacked or known is not None
    metrics.BREAKER_OPEN.set(is_open)
    return is_open
