"""Telling an analytics service what happened, without saying to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened to ``person``, a pseudonym; empty where it happened to nobody in particular."""

    name: str
    at: datetime
    person: str = ""
    details: Mapping[str, str | int] = field(default_factory=dict)


class Analytics(Protocol):
    """Takes note of what happens."""

    def tell(self, occurrence: Occurrence) -> None:
        """Tell of one occurrence. A repetition may be counted twice.

        Raises ``Rejected`` where it is not wanted and ``Unavailable`` where another try may succeed.
        """


def is_on() -> bool:
    """Whether anything is told at all; off unless an operator asks for it."""
    return bool(settings.GA_MEASUREMENT_ID)


@cache
def pick() -> Analytics:
    """Return the process's analytics: Google Analytics where its secret is set, else the sandbox."""
    if settings.GA_API_SECRET:
        from connectid.providers.analytics.google import GoogleAnalytics

        return GoogleAnalytics.from_settings()
    from connectid.providers.analytics.sandbox import SandboxAnalytics

    return SandboxAnalytics()


_SETTINGS = {"GA_MEASUREMENT_ID", "GA_API_SECRET", "GA_URL"}


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting in _SETTINGS:
        pick.cache_clear()


setting_changed.connect(_forget_choice)
