"""Lengths of time in words."""

import pytest

from connectid.core.durations import in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (3661, "1 h 1 min"),
        (3605, "1 h"),
        (86_400, "1 day"),
        (2 * 86_400 + 4 * 3600 + 59, "2 days 4 h"),
        (100 * 86_400, "100 days"),
    ],
)
def test_the_two_largest_units(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
