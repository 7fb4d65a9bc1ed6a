"""What decides every row: so many accounts, a seed, a moment."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b

from django.conf import settings

from connectid.core import phone

HISTORY = timedelta(days=60)
"""How far back the rows reach."""

ROUNDS = 10
"""Periods of the history. Rows of a period lie together on disk, as they do where they were written over time."""

CHANNELS = 3
"""Of every account."""

BACKUP_CODE = "271828"
"""Of every account."""

SUBSCRIBER_DIGITS = 7
MOST = 10**SUBSCRIBER_DIGITS // 2
"""Accounts: the other half of the fictitious numbers are second numbers."""


@dataclass(frozen=True, slots=True)
class Partners:
    """Ids of the rows that all accounts refer to."""

    message_servers: tuple[int, ...]
    app: int
    website: int
    credentials: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A population. Everything in it follows from these values, whichever process works it out."""

    accounts: int
    key: bytes = field(repr=False)
    """Of the seed and this installation, so that nobody else can work out a credential from the seed."""
    at: int
    """Seconds since 1970 of the youngest row."""
    number_prefix: str
    backup_codes: tuple[str, ...] = field(repr=False)
    """Hashes of :data:`BACKUP_CODE`; a few serve all, because a million slow hashes take a day."""
    partners: "Partners"

    def hex(self, kind: str, number: int, index: int = 0) -> str:
        """32 hexadecimal digits for one thing: always the same ones, and no two things'."""
        return blake2b(f"{kind}{number}.{index}".encode(), key=self.key, digest_size=16).hexdigest()

    def uuid(self, kind: str, number: int, index: int = 0) -> str:
        """The same as a UUID of version 4, without its hyphens."""
        return random_uuid(self.hex(kind, number, index))

    def phone_number(self, number: int) -> str:
        """The number of an account."""
        return f"{self.number_prefix}{number:0{SUBSCRIBER_DIGITS}}"

    def moment_in(self, round_: int, entropy: int) -> int:
        """A moment of a period of the history, from 0, the oldest."""
        span = int(HISTORY.total_seconds()) // ROUNDS
        return self.at - (ROUNDS - round_) * span + entropy % span

    def parts(self, size: int) -> Iterator[range]:
        """The numbers of the accounts, so many at a time."""
        for start in range(1, self.accounts + 1, size):
            yield range(start, min(start + size, self.accounts + 1))


def random_uuid(digits: str) -> str:
    """A UUID of version 4, without its hyphens, of 32 hexadecimal digits."""
    return f"{digits[:12]}4{digits[13:16]}a{digits[17:]}"


def ordered_uuid(digits: str, at: int) -> str:
    """The same of version 7: later ones sort later."""
    return f"{at * 1000 + int(digits[:2], 16):012x}7{digits[2:5]}a{digits[6:21]}"


def key_of(seed: str) -> bytes:
    """What everything is worked out from."""
    material = settings.SECRET_HASH_KEYS.current.material
    return blake2b(seed.encode(), key=material, digest_size=32, person=b"population").digest()


def number_prefix() -> str:
    """The fictitious numbers' prefix. Raises ``UnparsablePhoneNumber`` where seven digits do not complete a number."""
    prefix: str = settings.FICTITIOUS_NUMBER_PREFIXES[0]
    phone.parse(f"{prefix}{0:0{SUBSCRIBER_DIGITS}}")
    return prefix


_DAY = 86_400
_CLOCK = tuple(f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}" for second in range(_DAY))


def moment(seconds: int) -> str:
    """A moment as both databases read it. From a table: a population has a hundred million of them."""
    return f"{_date(seconds // _DAY)} {_CLOCK[seconds % _DAY]}"


@lru_cache(maxsize=4096)
def _date(days: int) -> str:
    return date.fromordinal(_EPOCH + days).isoformat()


_EPOCH = date(1970, 1, 1).toordinal()
