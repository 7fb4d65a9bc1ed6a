"""Recording in the inbox and reading from it."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectid.sandbox.models import SandboxMessage

KEPT = 1000
"""Messages that are kept; recording one more forgets the oldest."""


def record(
    kind: str, *, recipient: str, text: str = "", subject: str = "", payload: Mapping[str, Any] | None = None
) -> str:
    """Put a message into the inbox and return its id. ``payload`` is whatever else is worth seeing, as JSON values."""
    message = SandboxMessage(
        kind=kind, recipient=recipient, subject=subject, text=text, payload=dict(payload or {})
    )
    return record_all([message])[0]


def record_all(messages: Sequence[SandboxMessage]) -> list[str]:
    """Put unsaved messages into the inbox, in two statements whatever their number, and return their ids."""
    if not messages:
        return []
    recorded = SandboxMessage.objects.bulk_create(messages)
    beyond = SandboxMessage.objects.order_by("-pk").values("pk")[KEPT : KEPT + 1]
    SandboxMessage.objects.filter(pk__lte=beyond).delete()
    return [str(message.pk) for message in recorded]


def messages(*, kind: str = "", to: str = "", after: int = 0, limit: int = 100) -> list[SandboxMessage]:
    """Return the newest messages first: of one kind, to one recipient, newer than the id ``after``, as asked."""
    found = SandboxMessage.objects.filter(pk__gt=after).order_by("-pk")
    if kind:
        found = found.filter(kind=kind)
    if to:
        found = found.filter(recipient=to)
    return list(found[: min(limit, KEPT)])


def clear() -> int:
    """Forget every message and return how many there were."""
    forgotten, _ = SandboxMessage.objects.all().delete()
    return forgotten
