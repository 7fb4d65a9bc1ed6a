"""Which key signs, and which keys are published, at a moment; for each use of keys apart.

A key signs from its ``signs_from`` until its successor's. It is published from the day it is made, so that whoever keeps the
published keys for a while knows it before it signs, until the last thing that it signed has expired.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectid.oauth.key_uses import ID_TOKEN, KeyUse
from connectid.oauth.models import SigningKey

NOTICED_WITHIN = timedelta(seconds=60)
"""After this every process knows of a new key."""

MARGIN = timedelta(hours=1)
"""For how long a key is published beyond the life of the last thing that it signed: clocks differ, and a process may learn late that it was
succeeded."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as stored."""

    use: KeyUse
    generation: int
    kid: str
    public_jwk: dict[str, Any]
    created_at: datetime
    signs_from: datetime
    signs_until: datetime | None
    """None where no successor has been made yet."""

    def is_published(self, at: datetime) -> bool:
        """Whether something that it signed, or will sign, may be live at ``at``."""
        return self.signs_until is None or at < self.signs_until + self.use.lifetime + MARGIN


@dataclass(frozen=True, slots=True)
class KeySet:
    """All keys of one use, the oldest first."""

    keys: tuple[StoredKey, ...]

    def signing(self, at: datetime) -> StoredKey | None:
        """The key that signs at ``at``; None where none was made yet.

        The first one signs before its time, too: whoever made it may have looked at the clock later than others who need it.
        """
        begun = [key for key in self.keys if key.signs_from <= at]
        return begun[-1] if begun else next(iter(self.keys), None)

    def published(self, at: datetime) -> list[StoredKey]:
        """The keys that verify something at ``at``."""
        return [key for key in self.keys if key.is_published(at)]

    def find(self, kid: str, at: datetime) -> StoredKey | None:
        """The published key of that thumbprint."""
        return next((key for key in self.published(at) if key.kid == kid), None)


@dataclass(frozen=True, slots=True)
class _Copy:
    read_at: datetime
    found: KeySet


_copies: dict[str, _Copy] = {}
"""By the name of the use."""


def known_keys(*, at: datetime, use: KeyUse = ID_TOKEN) -> KeySet:
    """Return every key of a use; no statement when warm, one otherwise. For signing: what is published is read afresh.

    A key that was just made is read each time, because the transaction that made it may yet be rolled back.
    """
    copy = _copies.get(use.name)
    if copy is None or not timedelta() <= at - copy.read_at < NOTICED_WITHIN:
        copy = _Copy(at, stored_keys(use))
        settled = all(key.created_at <= at - NOTICED_WITHIN for key in copy.found.keys)
        if settled and copy.found.keys:
            _copies[use.name] = copy
        else:
            _copies.pop(use.name, None)
    return copy.found


def forget() -> None:
    """Drop this process's copies."""
    _copies.clear()


def stored_keys(use: KeyUse = ID_TOKEN) -> KeySet:
    """Read every key of a use, without its private half: one statement."""
    columns = ("generation", "kid", "public_jwk", "created_at", "signs_from")
    rows = list(SigningKey.objects.filter(use=use.name).order_by("generation").values_list(*columns))
    ends = [*(signs_from for *_, signs_from in rows[1:]), None]
    return KeySet(
        tuple(
            StoredKey(use, generation, kid, public_jwk, created_at, signs_from, signs_until)
            for (generation, kid, public_jwk, created_at, signs_from), signs_until in zip(
                rows, ends, strict=False
            )
        )
    )


def private_key(kid: str) -> str:
    """Return the private half of a key, PEM: one statement."""
    found: str = SigningKey.objects.values_list("private_key", flat=True).get(kid=kid)
    return found
