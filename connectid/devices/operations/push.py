"""Writes about push registrations: an address arrives, another takes its place, one ends.

Every one of them holds the account's row first, so that of heartbeats, a recovery and a lock at once each sees what the others
did, and an account never has two current registrations.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Literal

import structlog
from django.db import transaction
from django.db.models import Case, OuterRef, Q, Subquery, Value, When

from connectid.accounts.models import Account
from connectid.core import ratelimit
from connectid.devices import limits, queries, tasks
from connectid.devices.models import Device, EndReason, PushRegistration

log = structlog.get_logger(__name__)

NOTED_EVERY = timedelta(hours=12)
"""``last_heartbeat_at`` is written at most this often; phones report every four hours."""

SILENT_AFTER = timedelta(days=1)
"""After so long without a heartbeat the current address gives way to a former one of the same phone that is reported again."""

LEFT_AFTER = timedelta(days=30)
"""After so long without a heartbeat an account is no longer on a phone that reports for another account."""

type Withdrawal = Literal[EndReason.MOVED, EndReason.LOCKED, EndReason.DEACTIVATED]
"""Why an account's registration is ended for it; its phone is told."""


class Registered(Enum):
    """What became of a reported address (contract 5.9)."""

    NEW = "new"
    """It is the account's current one; nobody had it before."""
    AGAIN = "again"
    """It is the account's current one; this account had it before, or another one has or had it until now."""
    UNCHANGED = "unchanged"
    """It was the account's current one before."""
    ANOTHER_IS_CURRENT = "another_is_current"
    """It is a former one, and the current one of the same phone was heard of not long ago."""


def hear(*, account_id: int, token: str, at: datetime) -> bool:
    """Tell whether ``token`` is the account's current address, and note now and then that it was heard of.

    One statement, and a second one every twelve hours.
    """
    current = queries.current_push(account_id=account_id, token=token)
    if current is None:
        return False
    if at - current.last_heartbeat_at < NOTED_EVERY:
        return True
    still = PushRegistration.objects.filter(pk=current.registration_id, ended_at=None)
    return bool(still.update(last_heartbeat_at=at))


def register(
    *, account_id: int, token: str, at: datetime, check: Callable[[], None] = lambda: None
) -> Registered:
    """Make ``token`` the account's current address, unless it is a former one that came late.

    An address that another account has moves only where that account has left the phone, as far as we can tell: to know an
    address is not enough to take it away (contract 16, E-56). Otherwise both have it.

    ``check`` is called once the account's row is held, when no recovery or lock can come between; what it raises leaves
    everything as it was. At most five statements besides its own. Raises :class:`~connectid.core.ratelimit.Throttled`.
    """
    ratelimit.spend(limits.PUSH_ADDRESSES, str(account_id))
    digest = queries.token_digest(token)
    with transaction.atomic():
        _hold(account_id)
        check()
        known = _known(account_id, digest)
        if known.mine is not None and known.mine is known.current:
            PushRegistration.objects.filter(pk=known.mine.pk).update(last_heartbeat_at=at)
            return Registered.UNCHANGED
        if known.mine is not None and known.current is not None and _stays(known.current, known, at):
            return Registered.ANOTHER_IS_CURRENT
        leaving = [other for other in known.others if _has_left(other, known, at)]
        if len(leaving) < len(known.others):
            log.warning("push_address_of_several_accounts", account_id=account_id)
        _end_for(account_id, [row.pk for row in (*leaving, known.current) if row is not None], at)
        _make_current(account_id, token, known, at)
    return Registered.NEW if known.mine is None and not known.others else Registered.AGAIN


def withdraw(*, account_id: int, at: datetime, reason: Withdrawal) -> None:
    """End the account's push registration, and tell its phone why with a last push.

    Call it inside the transaction that recovers, locks or deactivates the account: from its commit on nothing else is
    pushed to that phone (safety: stale push token). At most four statements.
    """
    with transaction.atomic():
        _hold(account_id)  # a heartbeat that has not committed would be missed
        current = PushRegistration.objects.filter(account_id=account_id, ended_at=None)
        for pk in current.values_list("pk", flat=True):  # there is one at most
            PushRegistration.objects.filter(pk=pk).update(ended_at=at, end_reason=reason)
            tasks.say_farewell.enqueue(pk)


def end_dead(*, dead: Collection[tuple[int, str]], at: datetime) -> int:
    """End registrations, given by id and address, whose address FCM says is dead; return how many. One statement.

    Only those that are still the same: a phone may have reported another address since.
    """
    ids = [registration_id for registration_id, _ in dead]
    digests = {
        queries.token_digest(token) for _, token in dead
    }  # an address that is dead for one is dead for all
    return PushRegistration.objects.filter(pk__in=ids, token_digest__in=digests, ended_at=None).update(
        ended_at=at, end_reason=EndReason.DEAD, token=""
    )


@dataclass(frozen=True)
class _Known:
    """What is known of an address and of the account that reports it."""

    installation_id: str
    """Of the account's current device."""
    mine: PushRegistration | None
    """The account's registration of this address."""
    current: PushRegistration | None
    """The account's current registration, of whichever address."""
    others: list[PushRegistration]
    """Current registrations of this address by other accounts, each with ``their_installation``, that of their device."""


def _hold(account_id: int) -> None:
    """Lock the account's row to the end of the transaction."""
    Account.objects.select_for_update(no_key=True).only("pk").get(pk=account_id)


def _known(account_id: int, digest: str) -> _Known:
    """Read and lock the registrations, in one order, so that two accounts that swap addresses do not wait for each other."""
    device = Device.objects.filter(account_id=account_id, revoked_at=None)
    installation_id = device.values_list("installation_id", flat=True).first() or ""
    theirs = Device.objects.filter(account_id=OuterRef("account_id"), revoked_at=None)
    found = list(
        PushRegistration.objects.filter(
            Q(account_id=account_id, ended_at=None)
            | Q(account_id=account_id, token_digest=digest)
            | Q(token_digest=digest, ended_at=None)
        )
        .annotate(their_installation=Subquery(theirs.values("installation_id")))
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    mine = [row for row in found if row.account_id == account_id]
    return _Known(
        installation_id=installation_id,
        mine=next((row for row in mine if row.token_digest == digest), None),
        current=next((row for row in mine if row.ended_at is None), None),
        others=[row for row in found if row.account_id != account_id],
    )


def _stays(current: PushRegistration, known: _Known, at: datetime) -> bool:
    """Tell whether the current address is the newer one of the same phone: then the reported one came late."""
    same_phone = current.installation_id in {"", known.installation_id}
    return same_phone and at - current.last_heartbeat_at < SILENT_AFTER


def _has_left(other: Any, known: _Known, at: datetime) -> bool:
    """Tell whether an account that has the address seems to have left the phone that reports it for another account."""
    if other.their_installation is None or at - other.last_heartbeat_at >= LEFT_AFTER:
        return True
    is_this_phone = bool(known.installation_id) and known.installation_id in {
        other.installation_id,
        other.their_installation,
    }
    has_another_phone = bool(other.installation_id) and other.installation_id != other.their_installation
    return is_this_phone or has_another_phone


def _end_for(account_id: int, ids: Collection[int], at: datetime) -> None:
    if ids:
        PushRegistration.objects.filter(pk__in=ids).update(
            ended_at=at,
            end_reason=Case(
                When(account_id=account_id, then=Value(EndReason.REPLACED)),
                default=Value(EndReason.TAKEN_OVER),
            ),
            token="",
        )


def _make_current(account_id: int, token: str, known: _Known, at: datetime) -> None:
    values: dict[str, Any] = {
        "installation_id": known.installation_id,
        "token": token,
        "registered_at": at,
        "last_heartbeat_at": at,
        "ended_at": None,
        "end_reason": "",
    }
    if known.mine is None:
        digest = queries.token_digest(token)
        PushRegistration.objects.create(account_id=account_id, token_digest=digest, **values)
    else:
        PushRegistration.objects.filter(pk=known.mine.pk).update(**values)
