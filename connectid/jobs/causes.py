"""What is remembered of a failure: enough to find it, and no personal facts.

The message of an exception may quote anything, a phone number included, so it is never stored. Stored are the exception's
class, the line of ours that it came through, and its ``reason`` where it has one, which by our convention (providers' and
``GiveUp``) is written for logs.
"""

import re
import traceback
from typing import NamedTuple

from connectid.core.errors import DomainError, Kind
from connectid.jobs.errors import GiveUp
from connectid.providers.errors import Rejected

MAX_CLASS_LENGTH = 200
MAX_TEXT_LENGTH = 300

PASSING_REFUSALS = frozenset({Kind.UNAVAILABLE, Kind.RATE_LIMITED})
"""Refusals of our own that time may lift; any other will be repeated however often it is asked for."""

# The second net below the convention: whatever looks like a number that identifies somebody, or an address.
_PERSONAL = re.compile(r"\+?\d[\d\s().-]{4,}\d|\S+@\S+")


class Cause(NamedTuple):
    """The stored part of a failure."""

    error_class: str
    error: str


def of(error: BaseException) -> Cause:
    """Return what may be stored of the exception."""
    kind = type(error)
    reason = str(error) if isinstance(error, DomainError) else getattr(error, "reason", "")
    words = [_PERSONAL.sub("[removed]", reason)] if isinstance(reason, str) and reason else []
    if where := _line_of_ours(error):
        words.append(f"at {where}")
    return Cause(
        f"{kind.__module__}.{kind.__qualname__}"[:MAX_CLASS_LENGTH], ", ".join(words)[:MAX_TEXT_LENGTH]
    )


def is_permanent(error: BaseException) -> bool:
    """Say whether running the job again would fail in the same way."""
    if isinstance(error, DomainError):
        return error.kind not in PASSING_REFUSALS
    return isinstance(error, GiveUp | Rejected)


def is_anticipated(error: BaseException) -> bool:
    """Say whether the failure explains itself; any other is a fault, worth its traceback in the log."""
    return isinstance(getattr(error, "reason", None), str) or isinstance(error, DomainError)


def retry_after(error: BaseException) -> float | None:
    """Return the seconds that the failure asks us to wait, if it does."""
    seconds = getattr(error, "retry_after", None)
    return float(seconds) if isinstance(seconds, int | float) else None


def _line_of_ours(error: BaseException) -> str:
    where = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        module = frame.f_globals.get("__name__", "")
        if module.startswith("connectid.") and module != "connectid.jobs.runner":
            where = f"{module}:{line}"
    return where
