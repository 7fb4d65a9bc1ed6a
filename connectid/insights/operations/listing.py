"""Listing everybody, for a server that may."""

from collections.abc import Iterator

import structlog

from connectid.core import ratelimit
from connectid.core.datetimes import encoder_format
from connectid.insights import limits, queries

log = structlog.get_logger(__name__)


def hq_sign_ins(*, client_id: str) -> Iterator[tuple[str, str | None]]:
    """Yield every active worker's username, and when they signed in to HQ as the wire writes it.

    Raises :class:`~connectid.core.ratelimit.Throttled`, before the first.
    """
    ratelimit.spend(limits.ANALYTICS_PER_CLIENT, client_id)
    log.info("looked_up", client=client_id, operation="analytics")
    return ((username, None if at is None else encoder_format(at)) for username, at in queries.hq_sign_ins())
