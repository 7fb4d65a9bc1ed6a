"""What journeys are made of."""

from collections.abc import Callable, Iterator
from typing import Any

from connectid.demo.phone import Forgot, Refused
from connectid.demo.surroundings import Surroundings

BACKUP_CODE = "271828"

type Step = str
type Journey = Callable[[str, Surroundings], Iterator[Step]]


class NotAsExpected(Exception):
    """The server answered, but not what this journey is about."""


def expect(holds: Any, what: str) -> None:
    """Go on only if it is as it should be."""
    if not holds:
        raise NotAsExpected(what)


def refusal_of(action: Callable[[], Any]) -> Refused:
    """Do what the server must refuse, and return its refusal."""
    try:
        action()
    except Refused as refused:
        return refused
    raise NotAsExpected("the server should have refused")


def loss_of(action: Callable[[], Any]) -> Forgot:
    """Do what makes the app forget its user, and return what it was told."""
    try:
        action()
    except Forgot as forgot:
        return forgot
    raise NotAsExpected("the server should have said that the credentials are wrong")
