"""What clients write as text and what we make of it: identifiers, sealed contents."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from connectid.messaging.operations.messages import Content


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


def content(value: Mapping[str, Any] | None) -> Content | None:
    """Return the three sealed texts, or None where one is missing, empty or no text. Nothing more is judged (contract 13.1)."""
    if not isinstance(value, Mapping):
        return None
    texts = [
        text for name in ("ciphertext", "nonce", "tag") if isinstance(text := value.get(name), str) and text
    ]
    return Content(*texts) if len(texts) == 3 else None
