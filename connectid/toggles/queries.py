"""Which toggles a caller has: our switches, and above them what CommCare Connect says.

The two halves are apart so that enrolment can ask Connect beside its other calls: :func:`fetch` goes to the network and
never to the database, :func:`merged` the other way round. :func:`for_account` is both.
"""

from datetime import datetime, timedelta

import structlog

from connectid.core import shared_cache
from connectid.providers import connect
from connectid.providers.concurrently import Done, Outcome
from connectid.providers.errors import ProviderError
from connectid.toggles import remembered, switches, toggle
from connectid.toggles.errors import ConfigurationUnavailable
from connectid.toggles.toggle import Toggles

log = structlog.get_logger(__name__)

FRESH_FOR = timedelta(seconds=60)
"""How long Connect is not asked again about the same caller (E-36)."""

PATIENCE = 5.0
"""Seconds for Connect's answer, whatever the caller allows: toggles are worth no longer wait, and a stale answer may do."""

_NEXT_TRY = timedelta(seconds=15)
"""How long a caller with a stale answer gets it at once after a failure of Connect."""


def is_on(name: str, *, at: datetime) -> bool:
    """Tell whether a switch of ours is on; one that nobody made is off. No statement when warm."""
    found = switches.all_switches(at=at).get(name)
    return found is not None and found.active


def for_account(username: str | None, *, at: datetime) -> Toggles:
    """Return the toggles of an account, or everybody's; raises :class:`ConfigurationUnavailable`.

    No statement when warm, one otherwise.
    """
    found = fetch(username=username, at=at, deadline=PATIENCE)
    return switches.all_switches(at=at) | found


def merged(fetched: Outcome[Toggles], *, at: datetime) -> Toggles:
    """Lay the outcome of :func:`fetch` over our switches; raises :class:`ConfigurationUnavailable`.

    Connect wins where both know a name (contract 5.1).
    """
    if isinstance(fetched, Done):
        return switches.all_switches(at=at) | fetched.value
    if isinstance(fetched.error, ProviderError):  # not even the deadline of all calls together was met
        raise ConfigurationUnavailable from fetched.error
    raise fetched.error


def fetch(
    *, username: str | None = None, phone_number: str | None = None, at: datetime, deadline: float
) -> Toggles:
    """Return Connect's toggles of an account, of an E.164 number, or everybody's: the part without the database.

    An answer of the last minute is taken as it is. When Connect fails within ``deadline`` seconds (at most
    :data:`PATIENCE`), its last good answer stands in; for a number nobody asked about yet, the one for everybody.
    Raises :class:`ConfigurationUnavailable` where there is none (E-36, E-37).
    """
    key = remembered.key_of(username=username, phone_number=phone_number)
    known = remembered.recall(key, at=at, fresh_for=FRESH_FOR)
    if known is not None and known.is_within(FRESH_FOR, at=at):
        return known.toggles
    turn = f"{key}.turn"
    if known is not None and not shared_cache.claim(turn, hold=_NEXT_TRY):
        return known.toggles  # somebody else is asking, or just failed
    try:
        said = connect.pick().toggles(
            username=username, phone_number=phone_number, deadline=min(deadline, PATIENCE)
        )
    except ProviderError as failure:
        log.warning("toggles_not_fetched", exception=type(failure).__name__)
        known = known or (_of_everybody(at) if phone_number else None)
        if known is None:
            raise ConfigurationUnavailable from failure
        return known.toggles
    shared_cache.drop(turn)
    return remembered.remember(
        key, {name: toggle.of_connect(found) for name, found in said.items()}, at=at
    ).toggles


def _of_everybody(at: datetime) -> remembered.Answer | None:
    key = remembered.key_of(username=None, phone_number=None)
    return remembered.recall(key, at=at, fresh_for=FRESH_FOR)


def forget() -> None:
    """Drop all that this process remembers of toggles. For tests, which share a process."""
    switches.forget()
    remembered.forget()
