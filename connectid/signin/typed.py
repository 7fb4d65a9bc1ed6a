"""Codes as people type them."""

import unicodedata

_LONGEST = 40


def digits(typed: str) -> str:
    """The digits in what was typed, as ASCII: phones write blanks between them, and Hindi keyboards digits of their own."""
    return "".join(str(unicodedata.digit(c)) for c in typed[:_LONGEST] if c.isdecimal())
