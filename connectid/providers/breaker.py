"""A circuit breaker: after repeated failures a provider is left alone for a while instead of being waited for."""

import threading
import time
from collections.abc import Callable


class CircuitBreaker:
    """Counts consecutive failures of one provider and says whether it may be called now.

    Closed: every call may go. After ``threshold`` consecutive failures it is open and refuses calls for
    ``open_seconds``. Then one caller is let through as a probe while the others are still refused; the probe's success
    closes the breaker, its failure opens it again. A probe that never reports back gives its place to another
    caller after ``open_seconds``.
    """

    def __init__(
        self, *, threshold: int = 5, open_seconds: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._threshold = threshold
        self._open_seconds = open_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._retry_at: float | None = None

    def ask(self) -> float | None:
        """Return ``None`` when the caller may go ahead, else the seconds until the provider may be tried again.

        A caller that goes ahead must report with :meth:`succeeded` or :meth:`failed`.
        """
        with self._lock:
            if self._retry_at is None:
                return None
            now = self._clock()
            if now < self._retry_at:
                return self._retry_at - now
            self._retry_at = now + self._open_seconds
            return None

    def succeeded(self) -> None:
        """Close the breaker."""
        with self._lock:
            self._failures = 0
            self._retry_at = None

    def failed(self) -> None:
        """Count one failure, and open the breaker when there were too many in a row."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._threshold:
                self._retry_at = self._clock() + self._open_seconds
