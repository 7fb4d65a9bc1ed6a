"""Lengths of time as people read them."""

_UNITS = (("day", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def in_words(seconds: float) -> str:
    """``45 s``, ``3 h 20 min``, ``2 days 4 h``: the two largest units, rounded down; nothing is below zero."""
    left = max(0, int(seconds))
    counts = []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        counts.append((count, f"{unit}s" if unit == "day" and count > 1 else unit))
    largest = next((place for place, (count, _) in enumerate(counts) if count), 0)
    return " ".join(f"{count} {unit}" for count, unit in counts[largest : largest + 2] if count) or "0 s"
