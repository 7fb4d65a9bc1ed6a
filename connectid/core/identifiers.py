"""Identifiers of rows that are made in great numbers."""

import os
import time
from uuid import UUID

_UNIX_MILLISECONDS = 48
_RANDOM = 80


def new_ordered_uuid() -> UUID:
    """A UUID of version 7 (RFC 9562 section 5.7): later ones sort later, so an index of them grows at its end only."""
    milliseconds = time.time_ns() // 1_000_000
    number = (milliseconds << _RANDOM) | int.from_bytes(os.urandom(_RANDOM // 8))
    number = number & ~(0xF << 76) | (7 << 76)  # version
    number = number & ~(0x3 << 62) | (0b10 << 62)  # variant
    return UUID(int=number)
