"""What clients write as text and what we make of it: identifiers, sealed contents."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from connectid.messaging.operations.contents import Content

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
