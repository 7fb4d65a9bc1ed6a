import pickle

import pytest

from connectid.core.errors import DomainError, Kind


class TooSoon(DomainError):
    """A code was asked for again before its time."""

    code = "TOO_SOON"
    kind = Kind.RATE_LIMITED


class WrongPackage(DomainError):
    """The verdict names another app."""

    code = "INTEGRITY_ERROR"
    kind = Kind.FORBIDDEN
    sub_code = "APP_INTEGRITY_ERROR"


def test_a_refusal_carries_its_code_kind_and_when_to_come_back() -> None:
    refusal = TooSoon(retry_after=60)
    assert (refusal.code, refusal.kind, refusal.sub_code, refusal.retry_after) == (
        "TOO_SOON",
        Kind.RATE_LIMITED,
        None,
        60,
    )


def test_a_refusal_prints_as_its_codes() -> None:
    assert str(TooSoon()) == "TOO_SOON"
    assert str(WrongPackage()) == "INTEGRITY_ERROR/APP_INTEGRITY_ERROR"


def test_a_refusal_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(TooSoon(retry_after=60))).retry_after == 60  # noqa: S301 - our own bytes


def test_a_refusal_must_say_when_it_happens() -> None:
    with pytest.raises(TypeError, match="Undocumented"):
        type("Undocumented", (DomainError,), {"code": "X", "kind": Kind.INVALID})
