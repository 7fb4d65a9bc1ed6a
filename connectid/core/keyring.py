"""Key rings: named keys, the current one first.

A ring is written ``id:base64,id:base64``. New secrets are made with the first key; the others only verify and
decrypt what was made before. Rotating a key is putting a new one in front (docs/howto/rotate-keys.md).
"""

import base64
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

SHORTEST_KEY = 32
LONGEST_KEY = 64  # what a keyed BLAKE2b takes

MAX_ID_LENGTH = 16
"""Key ids are stored beside every secret; their width is part of the columns."""

# No "$", ":" or ",": those separate the parts of rings and of stored secrets.
_ID = re.compile(rf"[A-Za-z0-9._-]{{1,{MAX_ID_LENGTH}}}")

_ID_IN_WORDS = f"1 to {MAX_ID_LENGTH} of A-Z a-z 0-9 . _ -"
_HOW_TO_MAKE_ONE = "make one with: openssl rand -base64 32"


class KeyRingError(ValueError):
    """The text is no key ring. The message lists every fault with a hint, and never holds key material."""


class UnknownKey(LookupError):
    """A stored secret names a key that is not on the ring."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"no key {key_id!r} on the ring; put the old key back behind the current one")
        self.key_id = key_id


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a ring."""

    id: str
    material: bytes

    def __repr__(self) -> str:
        return f"Key({self.id!r})"


class KeyRing:
    """Keys by id, in order; the first is current. Immutable, and its repr shows ids only."""

    __slots__ = ("_by_id", "current")

    current: Key

    def __init__(self, keys: list[Key]) -> None:
        if not keys:
            raise KeyRingError(f"a key ring needs at least one key; {_HOW_TO_MAKE_ONE}")
        self.current = keys[0]
        self._by_id = {key.id: key for key in keys}
        if len(self._by_id) != len(keys):
            raise KeyRingError("a key ring names one id twice; give every key its own id")

    def find(self, key_id: str) -> Key | None:
        """The key of that id, or None."""
        return self._by_id.get(key_id)

    def __getitem__(self, key_id: str) -> Key:
        """The key of that id; raises ``UnknownKey``."""
        try:
            return self._by_id[key_id]
        except KeyError:
            raise UnknownKey(key_id) from None

    def __iter__(self) -> Iterator[Key]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._by_id)})"


def parse(text: str) -> KeyRing:
    """Read ``id:base64,id:base64`` (either alphabet of base64; blanks around parts are forgiven).

    Raises ``KeyRingError`` naming every fault at once: ids repeated or malformed, keys repeated, of bad
    base64, or not of 32 to 64 bytes.
    """
    faults: list[str] = []
    keys: list[Key] = []
    for position, part in enumerate(text.split(","), start=1):
        if not part.strip():
            if text.strip():
                faults.append(f"key {position}: empty; remove the stray comma")
            continue
        key_id, colon, encoded = (piece.strip() for piece in part.partition(":"))
        if not colon or _ID.fullmatch(key_id) is None:
            # The part is not repeated: without its colon, it may be a bare key.
            faults.append(f"key {position}: write it as id:base64, the id being {_ID_IN_WORDS}")
            continue
        material = _decode(encoded)
        if material is None:
            faults.append(f"key {position} ({key_id}): not base64; {_HOW_TO_MAKE_ONE}")
        elif not SHORTEST_KEY <= len(material) <= LONGEST_KEY:
            faults.append(
                f"key {position} ({key_id}): {len(material)} bytes, where {SHORTEST_KEY} to {LONGEST_KEY} are needed;"
                f" {_HOW_TO_MAKE_ONE}"
            )
        elif any(key.id == key_id for key in keys):
            faults.append(f"key {position} ({key_id}): the id appears twice; give every key its own id")
        elif any(key.material == material for key in keys):
            faults.append(f"key {position} ({key_id}): the same key appears twice; {_HOW_TO_MAKE_ONE}")
        else:
            keys.append(Key(key_id, material))
    if faults:
        raise KeyRingError("; ".join(faults))
    return KeyRing(keys)


def generate(key_id: str) -> str:
    """A fresh ring of one random 32-byte key, as text: what a first start or a rotation writes down."""
    if _ID.fullmatch(key_id) is None:
        raise KeyRingError(f"the id {key_id!r} is not {_ID_IN_WORDS}")
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(SHORTEST_KEY)).decode()}"


def _decode(encoded: str) -> bytes | None:
    standard = encoded.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except ValueError:
        return None
