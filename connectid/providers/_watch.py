"""What every outside call has around it, over HTTP or not: the provider's circuit breaker and its metrics."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Histogram

from connectid.providers.breaker import CircuitBreaker
from connectid.providers.errors import Rejected, Unavailable

CALLS = Counter("connectid_provider_calls", "Calls to outside providers by outcome.", ["provider", "outcome"])
SECONDS = Histogram(
    "connectid_provider_seconds",
    "Seconds a call to an outside provider took, retries included.",
    ["provider"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30),
)


class Throttled(Unavailable):
    """The provider is well and we are too fast: no reason for the breaker to stop all calls."""


class TimedOut(Unavailable):
    """The provider did not answer within the deadline."""


class Abandoned(Unavailable):
    """We stopped waiting sooner than the provider could be expected to answer, which says nothing of it."""


class Watch:
    """The breaker and the metrics of one provider; make one for each provider and process."""

    def __init__(self, name: str, breaker: CircuitBreaker | None = None) -> None:
        self.name = name
        self.breaker = breaker or CircuitBreaker()

    @contextmanager
    def call(self) -> Iterator["WatchedCall"]:
        """Surround one call, its retries included.

        Raises ``Unavailable`` instead of entering while the breaker is open. A call that leaves with ``Rejected`` or
        ``Throttled`` shows a provider that works, ``Abandoned`` shows nothing; any other exception counts towards opening the
        breaker.
        """
        wait = self.breaker.ask()
        if wait is not None:
            CALLS.labels(self.name, "breaker_open").inc()
            raise Unavailable(f"{self.name} is not called for a while after repeated failures", wait)
        watched = WatchedCall()
        started = time.monotonic()
        try:
            yield watched
        except BaseException as error:
            watched.outcome = _outcome(error)
            if not isinstance(error, Abandoned):
                self._tell_breaker(works=isinstance(error, Rejected | Throttled))
            raise
        else:
            self._tell_breaker(works=True)
        finally:
            SECONDS.labels(self.name).observe(time.monotonic() - started)
            CALLS.labels(self.name, watched.outcome).inc()

    def _tell_breaker(self, *, works: bool) -> None:
        if works:
            self.breaker.succeeded()
        else:
            self.breaker.failed()


class WatchedCall:
    """The call in progress. ``outcome`` is what the metrics will say of it unless it raises."""

    def __init__(self) -> None:
        self.outcome = "ok"


def _outcome(error: BaseException) -> str:
    match error:
        case Rejected():
            return "rejected"
        case TimedOut() | Abandoned():
            return "timeout"
        case _:
            return "unavailable"
