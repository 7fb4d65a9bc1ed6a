"""How alike two names are, judged here.

Names are transliterated, stripped of accents, case and punctuation, and their words sorted, because people give their
names in any order, script and spelling. The score mixes three views of that: the words two names share, the letters they
share from the left, and the sounds of their words. The weights and bounds come from hand-made pairs and are a sketch, not
an evaluation; what falls between the bounds is left to somebody who can judge.
"""

import re
import unicodedata
from enum import Enum

import jellyfish
from anyascii import anyascii
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

MATCH_FROM = 88.0  # above pairs like John and Jane Smith, or one family name alone
NO_MATCH_BELOW = 55.0
_LONGEST = 200  # characters compared; a name is no longer, and the comparison is quadratic
_NO_LETTERS = re.compile(r"[^a-z0-9]+")


class Verdict(Enum):
    """Whether two names are one person's."""

    MATCH = "match"
    NO_MATCH = "no match"
    UNSURE = "unsure"


def score(existing: str, candidate: str) -> float:
    """Return from 0 (nothing in common) to 100 (the same but for case, accents, script, punctuation and order)."""
    if _has_letters(existing) and existing.casefold() == candidate.casefold():
        return 100.0  # also in a script that cannot be transliterated
    ours, theirs = _words(existing), _words(candidate)
    if not ours or not theirs:
        return 0.0
    if ours == theirs:
        return 100.0
    one, other = " ".join(ours), " ".join(theirs)
    words = fuzz.token_set_ratio(one, other)
    letters = 100 * JaroWinkler.similarity(one, other)
    return 0.5 * words + 0.3 * letters + 0.2 * _shared_sounds(ours, theirs)


def compare(existing: str, candidate: str) -> Verdict:
    """Say whether two names are one person's.

    Two scripts are never different enough to be sure: a name in Arabic has hardly a vowel to compare.
    """
    similarity = score(existing, candidate)
    if similarity >= MATCH_FROM:
        return Verdict.MATCH
    if similarity >= NO_MATCH_BELOW or (
        _has_letters(candidate) and _is_latin(existing) != _is_latin(candidate)
    ):
        return Verdict.UNSURE
    return Verdict.NO_MATCH


def _has_letters(name: str) -> bool:
    return any(letter.isalpha() for letter in name)


def _is_latin(name: str) -> bool:
    letters = [letter for letter in name[:_LONGEST] if letter.isalpha()]
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)


def _words(name: str) -> list[str]:
    plain = anyascii(name[:_LONGEST]).lower()[:_LONGEST].replace("'", "")
    return sorted(word for word in _NO_LETTERS.split(plain) if word)


def _shared_sounds(ours: list[str], theirs: list[str]) -> float:
    """Return the percentage of words that sound alike, of the name with more words."""
    one = {sound for word in ours if (sound := jellyfish.metaphone(word))}
    other = {sound for word in theirs if (sound := jellyfish.metaphone(word))}
    if not one or not other:
        return 0.0
    return 100 * len(one & other) / max(len(one), len(other))
