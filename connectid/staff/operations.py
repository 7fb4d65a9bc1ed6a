"""What support does to a worker's account: one word for each act, which is also the end of its permission's name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connectid.recovery.operations import closing, lifting


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may be done to an account, and how the page and the trail call it."""

    label: str
    meaning: str
    done: str
    do: Callable[[int, datetime], bool]


ACTS: dict[str, Act] = {
    "lock": Act(
        "Lock",
        "For a lost or stolen phone: signs it out, and nobody recovers the account until staff unlock it.",
        "locked",
        lambda account_id, at: closing.lock(account_id=account_id, at=at),
    ),
    "unlock": Act(
        "Unlock",
        "Gives the owner three new tries of the backup code.",
        "unlocked",
        lambda account_id, at: lifting.unlock(account_id=account_id),
    ),
    "reverify": Act(
        "Require proof again",
        "Signs every phone and browser out. The owner comes back with the number and the backup code.",
        "made to prove again",
        lambda account_id, at: closing.require_proof(account_id=account_id, at=at),
    ),
    "deactivate": Act(
        "Deactivate",
        "For good: closes the account and frees its number for somebody else.",
        "deactivated",
        lambda account_id, at: closing.deactivate(account_id=account_id, at=at),
    ),
}


def perform(*, act: str, account_id: int, at: datetime) -> bool:
    """Do it; False where there was nothing to do. Raises the refusals of :mod:`connectid.recovery.operations`."""
    return ACTS[act].do(account_id, at)
