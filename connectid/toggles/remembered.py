"""What CommCare Connect last said of each caller's toggles, in this process and for all of them.

It stays for hours, so that toggles survive an outage of Connect; the copy of the process survives one of Redis too.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

import msgspec

from connectid.core import secrets, shared_cache
from connectid.toggles.toggle import Toggle, Toggles

KEPT_FOR = timedelta(hours=24)
"""How old an answer may be that stands in for Connect's; phones ask every four hours (contract 5.15)."""

MOST_COPIES = 1000
"""Callers whose answers one process keeps."""

EVERYBODY = "everybody"


class Answer(msgspec.Struct, frozen=True):
    """What Connect said, and when."""

    toggles: dict[str, Toggle]
    said_at: datetime

    def is_within(self, span: timedelta, *, at: datetime) -> bool:
        """Whether Connect said it less than ``span`` ago."""
        return timedelta() <= at - self.said_at < span


_copies: OrderedDict[str, Answer] = OrderedDict()
_lock = Lock()


def key_of(*, username: str | None, phone_number: str | None) -> str:
    """Name the caller without telling the cache who it is."""
    if username:
        return f"toggles.connect.{secrets.digest(username, purpose='toggles.username')}"
    if phone_number:
        return f"toggles.connect.{secrets.digest(phone_number, purpose='toggles.number')}"
    return f"toggles.connect.{EVERYBODY}"


def recall(key: str, *, at: datetime, fresh_for: timedelta) -> Answer | None:
    """Return the newest answer to the caller that is not too old.

    While this process's own is younger than ``fresh_for``, the shared cache is not asked for a newer one.
    """
    with _lock:
        own = _copies.get(key)
        if own is not None:
            _copies.move_to_end(key)
    if own is not None and own.is_within(fresh_for, at=at):
        return own
    shared = _decoded(shared_cache.get(key)[0])
    if shared is not None and (own is None or shared.said_at > own.said_at):
        own = shared
        _copy(key, shared)
    return own if own is not None and own.is_within(KEPT_FOR, at=at) else None


def remember(key: str, toggles: Toggles, *, at: datetime) -> Answer:
    """Keep what Connect just said."""
    answer = Answer(toggles, at)
    _copy(key, answer)
    shared_cache.put(key, msgspec.json.encode(answer), keep=KEPT_FOR)
    return answer


def forget() -> None:
    """Drop this process's copies. For tests, which share a process."""
    with _lock:
        _copies.clear()


def _copy(key: str, answer: Answer) -> None:
    with _lock:
        _copies[key] = answer
        _copies.move_to_end(key)
        if len(_copies) > MOST_COPIES:
            _copies.popitem(last=False)


def _decoded(raw: bytes | None) -> Answer | None:
    try:
        return None if raw is None else msgspec.json.decode(raw, type=Answer)
    except msgspec.DecodeError:  # of another release
        return None
