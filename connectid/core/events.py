"""What happened, for whoever stands above: a feature announces it and does not know who listens.

Listeners run at once, in the transaction of whoever announces; so they do little, such as enqueue a job, and what they write
is there exactly if what happened is. They are named once, when the process starts (``ready`` of an app).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class AccountEnrolled:
    """Somebody has an account from now on."""

    account_id: int
    is_invited: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountRecovered:
    """Somebody has their account on another phone from now on."""

    account_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CredentialsAwarded:
    """A batch gave people credentials that they did not have: so many in all."""

    awards: int
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountsToDelete:
    """These accounts are about to be deleted; their rows are held, and still there."""

    account_ids: Sequence[int]


type Event = AccountEnrolled | AccountRecovered | CredentialsAwarded | AccountsToDelete

_listeners: defaultdict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)


def listen[E](kind: type[E], listener: Callable[[E], None]) -> None:
    """Have ``listener`` called with every event of ``kind``; naming it again changes nothing."""
    if listener not in _listeners[kind]:
        _listeners[kind].append(listener)


def announce(event: Event) -> None:
    """Tell whoever listens. Call it inside the transaction that made it happen; what a listener raises undoes that."""
    for listener in _listeners.get(type(event), ()):
        listener(event)
