"""Pushes that land in the sandbox inbox; the end of an address chooses a vendor's failure."""

from collections.abc import Callable, Sequence

from connectid.providers.push import (
    SHORTEST_QUOTA_PAUSE,
    BadMessage,
    DeadAddress,
    Delivered,
    Misconfigured,
    NotFinished,
    Outcome,
    Push,
    TryLater,
)
from connectid.providers.push.message import TooLarge, message_of
from connectid.sandbox import inbox
from connectid.sandbox.models import SandboxMessage

FAILURES: dict[str, Callable[[], Outcome]] = {
    "-unregistered": lambda: DeadAddress("unregistered"),
    "-other-sender": lambda: DeadAddress("other_sender"),
    "-invalid": lambda: DeadAddress("invalid"),
    "-bad-message": lambda: BadMessage("the sandbox refuses messages to this address"),
    "-quota": lambda: TryLater("the sandbox plays a used-up quota", SHORTEST_QUOTA_PAUSE),
    "-unavailable": lambda: TryLater("the sandbox plays an outage for this address"),
    "-misconfigured": lambda: Misconfigured("the sandbox plays refused credentials"),
    "-slow": lambda: NotFinished(begun=True),
}
"""What becomes of pushes to addresses that end so."""


class SandboxPush:
    """Records instead of sending, all pushes of a batch in two statements."""

    def send(self, pushes: Sequence[Push], *, deadline: float) -> list[Outcome]:
        """Record those that are not to fail (see :class:`connectid.providers.push.PushSender`)."""
        outcomes = [_failure(push) for push in pushes]
        taken = [push for push, failure in zip(pushes, outcomes, strict=True) if failure is None]
        ids = iter(inbox.record_all([_entry(push) for push in taken]))
        return [failure or Delivered(next(ids)) for failure in outcomes]

    def check(self, *, deadline: float) -> str:
        """Nothing is ever wrong with the sandbox."""
        return ""

    def close(self) -> None:
        """There are no connections."""


def _failure(push: Push) -> Outcome | None:
    try:
        message_of(push)
    except TooLarge:
        return BadMessage("it is larger than FCM takes")
    except (TypeError, ValueError, RecursionError):
        return BadMessage("its content is not JSON")
    asked = (failure for end, failure in FAILURES.items() if push.address.endswith(end))
    return next(asked, lambda: None)()


def _entry(push: Push) -> SandboxMessage:
    message = message_of(push)
    shown = message.get("notification", message["data"])
    return SandboxMessage(
        kind="push",
        recipient=push.address[:320],
        subject=shown.get("title", "")[:255],
        text=shown.get("body", ""),
        payload=message,
    )
