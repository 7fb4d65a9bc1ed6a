"""What takes long is dealt to every process of a run, at the beginning of its share (``connectid.testing.plugin``)."""

from types import SimpleNamespace
from typing import Any

import pytest

from connectid.testing.plugin import TAKES_LONG, deal_what_takes_long


def named(*nodeids: str) -> list[Any]:
    return [SimpleNamespace(nodeid=nodeid) for nodeid in nodeids]


@pytest.mark.parametrize("hands", [1, 2, 3, 4])
def test_every_share_begins_with_it_and_nothing_is_lost(hands: int) -> None:
    short = [f"connectid/web/tests/test_{number}.py::test" for number in range(40)]
    long = [
        f"{where}test_{number}.py::test_{name}" for number, where in enumerate(TAKES_LONG) for name in "ab"
    ]
    items = named(*short, *long)
    deal_what_takes_long(items, hands=hands)
    order = [item.nodeid for item in items]
    assert sorted(order) == sorted([*short, *long])
    share = -(-len(order) // hands)
    for first in range(0, len(order), share):
        assert order[first].startswith(TAKES_LONG)
        assert (
            order[first + 1].partition("::")[0] == order[first].partition("::")[0]
        )  # a module stays together


def test_more_of_it_than_fits_a_share() -> None:
    items = named(*(f"{TAKES_LONG[0]}::test_{number}" for number in range(9)), "connectid/x.py::test")
    deal_what_takes_long(items, hands=3)
    assert len({item.nodeid for item in items}) == 10
