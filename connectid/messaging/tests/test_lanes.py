"""Room for calls to one partner, in one process."""

from uuid import uuid4

from connectid.messaging.operations.lanes import Lanes

HQ, OCS = 1, 2


def test_a_partner_has_so_much_room_and_no_more() -> None:
    """Whoever finds none is remembered once, and taken on by whoever is done first."""
    lanes, late = Lanes(), uuid4()
    assert lanes.enter(HQ, uuid4(), limit=2)
    assert lanes.enter(HQ, uuid4(), limit=2)
    assert not lanes.enter(HQ, late, limit=2)
    assert not lanes.enter(HQ, late, limit=2)
    assert lanes.next(HQ) == late
    assert lanes.next(HQ) is None
    assert lanes.enter(HQ, uuid4(), limit=2)


def test_partners_do_not_share_room() -> None:
    lanes = Lanes()
    assert lanes.enter(HQ, uuid4(), limit=1)
    assert lanes.enter(OCS, uuid4(), limit=1)


def test_who_leaves_early_looks_after_those_who_wait() -> None:
    """Nobody is forgotten when time is up or the partner fails."""
    lanes, late = Lanes(), [uuid4(), uuid4()]
    lanes.enter(HQ, uuid4(), limit=1)
    for channel in late:
        lanes.enter(HQ, channel, limit=1)
    assert lanes.close(HQ) == late
    assert lanes.enter(HQ, uuid4(), limit=1)
    assert lanes.next(HQ) is None
