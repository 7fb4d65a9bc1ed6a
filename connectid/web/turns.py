"""Requests take turns: so many at once, some wait, the rest is turned away while that is still cheap.

How long somebody waits is what tells a burst from an overload, not how many wait: a burst's queue is empty again within a moment,
an overload's never. So a queue that has not been empty for a while is cut, and keeps nobody for long (the controlled delay of "Fail at
Scale", ACM Queue 13.8): those that are served then are served soon, and the others are told so at once, which costs less than to wait.
"""

from collections import deque
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Literal

type Refused = Literal["full", "late"]

CUT_TO = 2
"""A queue that has not been empty for the whole patience is cut to so many times those that work at once: enough to keep them busy."""

CUT_PATIENCE = 10
"""And the patience to this part."""

RESERVED = 4
"""The part of the queue that is kept for what nobody repeats by itself."""


class Turns:
    """The turns of one process. Every true answer of :meth:`take` or None of :meth:`wait` needs one :meth:`give_back`."""

    def __init__(
        self, *, at_once: int, queue: int, patience: float, clock: Callable[[], float] = monotonic
    ) -> None:
        """Let ``at_once`` requests work, and ``queue`` wait, each up to ``patience`` seconds."""
        self._free = at_once
        self._queue = queue
        self._cut_queue = min(queue, CUT_TO * at_once)
        self._patience = patience
        self._clock = clock
        self._waiting: deque[Lock] = deque()
        self._lock = Lock()
        self._crowded_since = 0.0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def take(self) -> bool:
        """Take a turn where one is free."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
        return False

    def wait(self, *, may_come_again: bool) -> Refused | None:
        """Wait for a turn; return None once it is there, or why there is none."""
        now = self._clock()
        with self._lock:
            if self._free:  # given back since
                self._free -= 1
                return None
            if not self._waiting:
                self._crowded_since = now
            is_burst = now - self._crowded_since < self._patience
            room = self._queue if is_burst else self._cut_queue
            if len(self._waiting) >= (room - room // RESERVED if may_come_again else room):
                return "full"
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=self._patience if is_burst else self._patience / CUT_PATIENCE):
            return None
        with self._lock:
            try:
                self._waiting.remove(turn)
            except ValueError:  # given a turn at the last moment
                return None
        return "late"

    def give_back(self) -> None:
        """Pass the turn on to whoever has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
