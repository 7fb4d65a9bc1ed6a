"""Our own switches: rows of django-waffle, read all at once and kept.

A process asks its own copy first, for :data:`NOTICED_WITHIN` at most; then the shared cache; then the database, with one
statement. Whoever changes a switch changes the version in the shared cache, so a snapshot that somebody read before
the change and puts after it is never taken for a current one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.db import transaction
from waffle import get_waffle_switch_model

from connectid.core import secrets, shared_cache
from connectid.toggles import toggle
from connectid.toggles.toggle import Toggle, Toggles

NOTICED_WITHIN = timedelta(seconds=3)
"""After this every process knows of a change; without ``REDIS_URL`` it rereads the switches as often."""

_KEPT_FOR = timedelta(hours=1)
_VERSION_KEPT_FOR = timedelta(days=30)
_SNAPSHOT = "toggles.switches"
_VERSION = "toggles.switches.version"


class _Snapshot(msgspec.Struct):
    version: str
    switches: dict[str, Toggle]


@dataclass(frozen=True, slots=True)
class _Copy:
    read_at: datetime
    switches: Toggles


_copy: _Copy | None = None


def all_switches(*, at: datetime) -> Toggles:
    """Return every switch by name; no statement, or one where nothing is kept."""
    global _copy
    copy = _copy
    if copy is None or not timedelta() <= at - copy.read_at < NOTICED_WITHIN:
        copy = _copy = _Copy(at, _kept_switches())
    return copy.switches


def changed() -> None:
    """Have every process read the switches again: at once, and once more when the change is committed."""
    _renew()
    # What others read between these two is the old state under the new version.
    transaction.on_commit(_renew)


def forget() -> None:
    """Drop this process's copy. For tests, which share a process."""
    global _copy
    _copy = None


def _renew() -> None:
    shared_cache.put(_VERSION, secrets.new_identifier(8).encode(), keep=_VERSION_KEPT_FOR)
    forget()


def _kept_switches() -> Toggles:
    raw_version, raw = shared_cache.get(_VERSION, _SNAPSHOT)
    if raw_version is None and shared_cache.is_shared():
        # Emptied. A version that all would take for the one of nothing could meet a snapshot from before a change.
        raw_version = secrets.new_identifier(8).encode()
        shared_cache.put(_VERSION, raw_version, keep=_VERSION_KEPT_FOR)
    version = (raw_version or b"").decode()
    snapshot = _decoded(raw)
    if snapshot is None or snapshot.version != version:
        snapshot = _Snapshot(version, _read_switches())
        if shared_cache.is_shared():
            shared_cache.put(_SNAPSHOT, msgspec.json.encode(snapshot), keep=_KEPT_FOR)
    return snapshot.switches


def _decoded(raw: bytes | None) -> _Snapshot | None:
    try:
        return None if raw is None else msgspec.json.decode(raw, type=_Snapshot)
    except msgspec.DecodeError:  # of another release
        return None


def _read_switches() -> Toggles:
    rows = get_waffle_switch_model().objects.values_list("name", "active", "created", "modified")
    return {
        name: toggle.of_switch(active=active, created=created, modified=modified)
        for name, active, created, modified in rows
    }
