"""What is counted of the relay to partners, and what waits for them, read at each scrape."""

from collections.abc import Iterator

from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric

from connectid.core import clock
from connectid.messaging import queries

CALLBACKS = Counter(
    "connectid_callbacks", "Calls to message servers by kind and outcome.", ["kind", "outcome"]
)
"""``outcome``: ``arrived``, ``failed``, ``given_up``, ``superseded``, or ``put_off`` until repeats are few enough again."""

SERVERS_SHOWN = 50
"""With a label of their own, those with the most first; the others are one, whatever their number."""
OTHERS = "(others)"


def waiting() -> Iterator[Metric]:
    """Read how many calls wait for each message server that has any, and since when, in one statement."""
    at = clock.now()
    calls = GaugeMetricFamily(
        "connectid_callbacks_waiting",
        "Calls that wait, by client id of the message server.",
        labels=["server"],
    )
    oldest = GaugeMetricFamily(
        "connectid_callbacks_oldest_seconds", "How long the oldest of them has waited.", labels=["server"]
    )
    backlogs = queries.backlogs()
    shown, others = backlogs[:SERVERS_SHOWN], backlogs[SERVERS_SHOWN:]
    told = [(one.client_id, one.calls, one.oldest_at) for one in shown]
    if others:
        told.append((OTHERS, sum(one.calls for one in others), min(one.oldest_at for one in others)))
    for label, number, since in told:
        calls.add_metric([label], number)
        oldest.add_metric([label], max(0.0, (at - since).total_seconds()))
    yield calls
    yield oldest
