"""Trying a password against slow hashes: counted first, one at a time, and never the same one twice in a row.

A slow hash is what makes a stolen table useless, and what lets anybody who sends passwords spend our processors (E-72). So each
process hashes on one thread of low priority, which takes what the requests that need no hash leave over; only a few wait for
it; and what became of a password is remembered for a while.
"""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from connectid.accounts.models import USERNAME_LENGTH
from connectid.core import ratelimit, secrets, shared_cache
from connectid.core.ratelimit import Throttled
from connectid.devices import limits
from connectid.verification import counters
from connectid.verification.counters import Taking

RIGHT_REMEMBERED = timedelta(minutes=10)
"""A phone that opens the app makes several requests; the hash is worth one of them."""

WRONG_REMEMBERED = timedelta(hours=1)
"""A phone with an old password asks at least that often."""

BUSY_FOR = 5
"""Seconds after which a caller whom nobody had time for should come back."""

LOWER_PRIORITY = 5
"""Added to the hashing thread's niceness: a third of the share that a thread of the requests gets where both want to run."""


class Match(NamedTuple):
    """Which of several hashes a password matches, -1 for none, and what to store in place of an outdated one."""

    position: int
    rehashed: str | None = None


NO_MATCH = Match(-1)

_waiting = threading.BoundedSemaphore(limits.WAITING_AT_ONCE)


def recall(*, username: str, password: str, hashes: Sequence[str]) -> Match | None:
    """Say which of ``hashes`` the password was found to match a short while ago; None if that is not known.

    What is remembered names the hashes, so that nothing needs to be forgotten when a password changes.
    """
    (remembered,) = shared_cache.get(_key(username, password))
    if remembered is None:
        return None
    if remembered == _all_wrong(hashes):
        return NO_MATCH
    return next(
        (Match(position) for position, stored in enumerate(hashes) if remembered == _right(stored)), None
    )


def remember(match: Match, *, username: str, password: str, hashes: Sequence[str]) -> None:
    """Note what was found. Of a username without a password nothing is noted: there is no end of such."""
    if match.position >= 0:
        found = match.rehashed or hashes[match.position]
        shared_cache.put(_key(username, password), _right(found), keep=RIGHT_REMEMBERED)
    elif hashes:
        shared_cache.put(_key(username, password), _all_wrong(hashes), keep=WRONG_REMEMBERED)


def attempt(*, username: str, address: str, verify: Callable[[], Match], at: datetime) -> Match:
    """Count a try, then return what ``verify`` found; a right one gives its try back.

    ``verify`` runs on the hashing thread and must touch no database. Call this outside a transaction, which could undo the
    count. Raises :class:`~connectid.core.ratelimit.Throttled`.
    """
    ratelimit.spend(limits.PASSWORDS_PER_ADDRESS, address)
    if not _waiting.acquire(blocking=False):
        raise Throttled(retry_after=BUSY_FOR)
    try:
        # No longer than any username, or one caller could fill a table.
        trying = Taking(limits.PASSWORDS_PER_ACCOUNT, username[:USERNAME_LENGTH])
        if not counters.take([trying], at=at):
            raise Throttled(retry_after=counters.why([trying], at=at).retry_after)
        match = _hashing.submit(verify).result()
    finally:
        _waiting.release()
    if match.position >= 0:
        counters.settle(trying, prefix=None)
    return match


def _yield_to_others() -> None:
    """Lower this thread's priority, where the system has one for each thread."""
    with suppress(OSError):
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + LOWER_PRIORITY)


_hashing = ThreadPoolExecutor(1, "passwords", initializer=_yield_to_others)


def _key(username: str, password: str) -> str:
    return "password." + secrets.digest(f"{username}\0{password}", purpose="tried password")


def _right(stored: str) -> bytes:
    return _fingerprint(f"right\n{stored}")


def _all_wrong(hashes: Sequence[str]) -> bytes:
    return _fingerprint("\n".join(("wrong", *hashes)))


def _fingerprint(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
