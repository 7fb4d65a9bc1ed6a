"""The time, read in one place.

Views call ``now()`` once and pass the answer down as ``at=``; operations and queries never ask again, so one
request sees one instant and a test decides which.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock


class FrozenClock:
    """A clock that stands still until it is told to move; shared by every thread of the process."""

    def __init__(self, at: datetime) -> None:
        self._lock = Lock()
        self._at = _aware(at)

    @property
    def at(self) -> datetime:
        """The instant the clock shows."""
        return self._at

    def advance(self, delta: timedelta | None = None, /, **units: float) -> datetime:
        """Move by ``delta`` or by units of ``timedelta`` (``advance(minutes=5)``); returns the new instant."""
        step = timedelta(**units) if delta is None else delta + timedelta(**units)
        with self._lock:
            self._at += step
            return self._at

    def move_to(self, at: datetime) -> datetime:
        """Show ``at`` from now on."""
        with self._lock:
            self._at = _aware(at)
            return self._at


class _Process:
    """What the whole process shares."""

    frozen: FrozenClock | None = None


def now() -> datetime:
    """The present instant, aware, in UTC."""
    clock = _Process.frozen
    return datetime.now(UTC) if clock is None else clock.at


@contextmanager
def frozen(at: datetime | None = None) -> Iterator[FrozenClock]:
    """Hold ``now()`` still for the block (by default at the present instant), in every thread.

    Blocks nest: leaving one restores the clock of the block around it.
    """
    outer = _Process.frozen
    clock = FrozenClock(now() if at is None else at)
    _Process.frozen = clock
    try:
        yield clock
    finally:
        _Process.frozen = outer


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a clock needs an aware datetime; pass tzinfo=UTC")
    return at.astimezone(UTC)
