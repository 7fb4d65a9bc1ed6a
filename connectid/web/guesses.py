"""Whose account a credential opened when this process saw it last: a guess, by which a read can be sent before it is known.

A table of numbers in which every credential has one place, which it shares with others; the last one seen stays there. What it
holds opens nothing: a place and a tag come from a hash under a key of this process's, and an account's id is no secret. It takes
memory only where something was written, eight bytes for a credential and 8 MB at most.
"""

import mmap

PLACES = 1 << 20
"""Of a million phones of one process, those that come at random find their guess in two of three calls, those that come in turn in two
of five."""

_ACCOUNT_BITS = 40
_LARGEST_ACCOUNT = (1 << _ACCOUNT_BITS) - 1
_TAG_SHIFT = PLACES.bit_length() - 1
_TAGS = (1 << (64 - _ACCOUNT_BITS)) - 1


class Guesses:
    """The table. Threads may share it: each number is read and written as a whole."""

    def __init__(self) -> None:
        self._table = memoryview(mmap.mmap(-1, 8 * PLACES)).cast("Q")

    def of(self, credentials: str) -> int | None:
        """Return the account that the credentials belonged to; None where others took their place, or nobody did."""
        hashed = hash(credentials)
        found = self._table[hashed % PLACES]
        if not found or found >> _ACCOUNT_BITS != hashed >> _TAG_SHIFT & _TAGS:
            return None
        return found & _LARGEST_ACCOUNT

    def learn(self, credentials: str, account_id: int) -> None:
        """Remember that they belong to that account."""
        if 0 < account_id <= _LARGEST_ACCOUNT:
            hashed = hash(credentials)
            self._table[hashed % PLACES] = (hashed >> _TAG_SHIFT & _TAGS) << _ACCOUNT_BITS | account_id

    def forget(self, credentials: str) -> None:
        """Guess nothing more for them."""
        if self.of(credentials) is not None:
            self._table[hash(credentials) % PLACES] = 0
