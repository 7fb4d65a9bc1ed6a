"""Pushes to phones, many at once.

What became of each push is a value and not an exception: of a thousand, some are delivered, some addresses are dead, some
must be tried again, and the caller treats each class in one statement.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, Protocol

from django.conf import settings
from django.core.signals import setting_changed

SHORTEST_QUOTA_PAUSE = 60.0
"""Seconds for which an address is left alone at least after FCM said that its quota is used up."""


@dataclass(frozen=True, slots=True)
class Notification:
    """Title and body that the phone's system shows by itself. While the app is in the background it is not woken then."""

    title: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Push:
    """One push to one phone.

    ``content`` is the data map of contract 12.1: values become texts, and what FCM does not take is left out
    (:mod:`connectid.providers.push.message`). ``notification`` only where it was asked for (12.1).
    """

    address: str = field(repr=False)
    content: Mapping[str, object] = field(repr=False)
    notification: Notification | None = field(default=None, repr=False)
    analytics_label: str = ""
    collapse_key: str = ""
    """Of pushes with one key to a phone that is off FCM keeps the newest only."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """FCM took the push over. ``provider_id`` is its name for it, for support cases."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class DeadAddress:
    """Nothing will ever reach this address again: end its registration, if it is still the same.

    ``unregistered``: the app is gone from the phone, or got another address; partners hear of this one as ``deactivated``.
    ``other_sender``: the address belongs to another Firebase project. ``invalid``: it is no address.
    """

    reason: Literal["unregistered", "other_sender", "invalid"]


@dataclass(frozen=True, slots=True)
class BadMessage:
    """This push will never be taken, whatever its address."""

    reason: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """The push may succeed later, not before ``retry_after`` seconds where that is known. It may have arrived all the same."""

    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """Google does not accept our credentials or our project: an operator must act, and nothing was sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotFinished:
    """The deadline came first. A push that had ``begun`` may have arrived all the same."""

    begun: bool


type Outcome = Delivered | DeadAddress | BadMessage | TryLater | Misconfigured | NotFinished


class PushSender(Protocol):
    """Sends pushes."""

    def send(self, pushes: Sequence[Push], *, deadline: float) -> list[Outcome]:
        """Send every push at once and return their outcomes in the same order, within ``deadline`` seconds.

        Nothing is raised for what a vendor or the network does. Nothing is tried again here either, except where our
        access token had ended or a kept connection had died: who calls knows what is still worth sending later.
        """

    def check(self, *, deadline: float) -> str:
        """Return what keeps pushes from being sent, or nothing; no phone hears of it. For ``connectid doctor``."""

    def close(self) -> None:
        """Give back connections. The sender makes new ones when it is used again."""


_choosing = threading.Lock()


def pick() -> PushSender:
    """Return the process's sender, as ``PUSH_PROVIDER`` says: ``fcm`` or ``sandbox``."""
    with _choosing:  # threads that begin at once share one, and with it its connections and its limit
        return _chosen()


@cache
def _chosen() -> PushSender:
    if settings.PUSH_PROVIDER == "fcm":
        from connectid.providers.push.fcm import FcmPush

        return FcmPush.from_settings()
    from connectid.providers.push.sandbox import SandboxPush

    return SandboxPush()


_SETTINGS = {
    "PUSH_PROVIDER",
    "FCM_SERVICE_ACCOUNT",
    "FCM_API_URL",
    "FIREBASE_PROJECT_ID",
    "GOOGLE_TOKEN_URL",
}


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting in _SETTINGS and _chosen.cache_info().currsize:
        _chosen().close()
        _chosen.cache_clear()


setting_changed.connect(_forget_choice)
