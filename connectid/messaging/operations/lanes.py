"""How many calls one process makes to one partner at once, so that a slow partner never takes every thread.

A channel that finds no room is not put back into the queue, where it would be looked at again and again: whoever is busy with the
partner takes it on next. That is remembered in this process only; when it dies, the next sweep finds those channels.
"""

import threading
from collections import deque
from uuid import UUID


class Lanes:
    """Room for calls by partner, and the channels that wait for some. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy: dict[int, int] = {}
        self._waiting: dict[int, deque[UUID]] = {}

    def enter(self, server_id: int, channel_id: UUID, *, limit: int) -> bool:
        """Take room for a call; False: there is none, and ``channel_id`` is remembered."""
        with self._lock:
            busy = self._busy.get(server_id, 0)
            if busy >= limit:
                waiting = self._waiting.setdefault(server_id, deque())
                if channel_id not in waiting:
                    waiting.append(channel_id)
                return False
            self._busy[server_id] = busy + 1
            return True

    def next(self, server_id: int) -> UUID | None:
        """Return a channel that waits, and keep the room for it; None: nobody does, and the room is given back."""
        with self._lock:
            if waiting := self._waiting.get(server_id):
                return waiting.popleft()
            self._leave(server_id)
            return None

    def close(self, server_id: int) -> list[UUID]:
        """Give the room back, and return every channel that waits for some: they are the caller's to look after."""
        with self._lock:
            waiting = list(self._waiting.pop(server_id, ()))
            self._leave(server_id)
            return waiting

    def _leave(self, server_id: int) -> None:
        left = self._busy[server_id] - 1
        if left:
            self._busy[server_id] = left
        else:
            del self._busy[server_id]
            self._waiting.pop(server_id, None)


lanes = Lanes()
"""Those of this process."""
