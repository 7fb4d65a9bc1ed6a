"""Ordered identifiers."""

from connectid.core.identifiers import new_ordered_uuid


def test_they_are_random_uuids_of_version_7() -> None:
    """RFC 9562 section 5.7."""
    made = {new_ordered_uuid() for _ in range(1000)}
    assert len(made) == 1000
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}


def test_later_ones_sort_later() -> None:
    """By the millisecond: the first 48 bits are the time."""
    first = new_ordered_uuid()
    while (second := new_ordered_uuid()).int >> 80 == first.int >> 80:
        pass
    assert first < second
    assert str(first) < str(second)
