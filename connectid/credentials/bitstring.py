"""The bits of a status list, as W3C's Bitstring Status List 1.0 writes them: gzipped, in base64url, behind a ``u``."""

import base64
import binascii
import gzip
import io
from collections.abc import Iterable

BITS = 131_072
"""The least there may be (16 KiB), so that an index says little about whose it is."""

_PREFIX = "u"
"""Multibase: base64url without padding."""
_LONGEST = 1 << 20
"""Bytes that a list of somebody else's making may unpack to."""


class NoBitstring(ValueError):
    """The text is no list of bits."""


def encode(indexes: Iterable[int]) -> str:
    """Return a list in which those bits are set and no others."""
    bits = bytearray(BITS // 8)
    for index in indexes:
        bits[index // 8] |= 0x80 >> index % 8  # the first bit is the leftmost
    packed = gzip.compress(bytes(bits), mtime=0)
    return _PREFIX + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def is_set(encoded: str, index: int) -> bool:
    """Tell whether a bit of a list is set. Raises :class:`NoBitstring`, also where the list has no such bit."""
    if not encoded.startswith(_PREFIX):
        raise NoBitstring("the list is not in base64url")
    text = encoded.removeprefix(_PREFIX)
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        with gzip.open(io.BytesIO(packed)) as unpacking:
            bits = unpacking.read(_LONGEST)
    except (binascii.Error, ValueError, OSError, EOFError) as error:
        raise NoBitstring("the list cannot be unpacked") from error
    if not 0 <= index < len(bits) * 8:
        raise NoBitstring("the list has no such index")
    return bool(bits[index // 8] & 0x80 >> index % 8)
