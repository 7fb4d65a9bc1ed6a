"""What clients write as text and what we make of it: identifiers, sealed contents. And notifications as phones read them."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec

from connectid.messaging.operations.messages import Content
from connectid.messaging.queries import PolledNotification

SEALED = frozenset({"ciphertext", "nonce", "tag"})
"""What a sealed message consists of."""


def identifier(value: object) -> UUID | None:
    """Return the UUID that a client wrote, or None where it wrote something else."""
    if not isinstance(value, str):
        return None
    try:
        return UUID(value)
    except ValueError:
        return None


def identifiers(values: Iterable[object]) -> list[UUID]:
    """Return the UUIDs among ``values``, each once, in their order."""
    return list(dict.fromkeys(found for value in values if (found := identifier(value))))


def content(value: object) -> Content | None:
    """Return the three sealed texts in the order in which they came, or None where one is missing, empty or no text.

    Nothing more is judged (contract 13.1).
    """
    if not isinstance(value, Mapping):
        return None
    texts = {name: text for name, text in value.items() if name in SEALED and isinstance(text, str) and text}
    return texts if len(texts) == len(SEALED) else None


def notification(found: PolledNotification) -> str:
    """Return the JSON of a polled notification: its payload as it was stored, and our own three texts behind it (contract 6.1)."""
    pk, kind, payload, timestamp = found
    if '"timestamp"' in payload or '"notification_' in payload or payload == "{}":
        return _notification_of_odd_payload(found)
    own = f'"notification_id":"{pk}","notification_type":"{kind}","timestamp":"{timestamp}"'
    return f"{payload[:-1]},{own}}}"


def _notification_of_odd_payload(found: PolledNotification) -> str:
    """The same where a text of the payload might stand in for one of ours (contract 16, E-66): ours count."""
    texts: dict[str, str] = msgspec.json.decode(found.payload)
    texts["notification_id"] = found.id
    texts["notification_type"] = found.kind
    texts["timestamp"] = found.timestamp
    return msgspec.json.encode(texts).decode()
