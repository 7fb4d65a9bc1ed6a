"""Looking accounts up for a server: limited, answered by one statement, recorded by another."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from connectid.core import batches, phone, ratelimit
from connectid.core.phone import UnparsablePhoneNumber
from connectid.directory import errors, limits, queries
from connectid.directory.models import Kind, LookUp
from connectid.verification import queries as verification

log = structlog.get_logger(__name__)

_COUNTRY = re.compile(r"[+ ]?(\d{1,4})", re.ASCII)

KEPT = timedelta(days=400)
"""How long look-ups stay on record: a year, and a month to look back at it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The server that looks something up: its client's id and its address, where that is known."""

    client_id: str
    address: str | None


@dataclass(frozen=True, slots=True)
class FoundUser:
    """An account in the words of the wire; exactly these keys (contract 7.1)."""

    username: str
    phone_number: str
    name: str


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A demonstration number and its live code; exactly these keys (contract 7.2)."""

    phone_number: str
    token: str


def fetch_users(*, numbers: Iterable[str], caller: Caller, at: datetime) -> list[FoundUser]:
    """Return the active accounts of ``numbers``, each once, with its number spelled as it was asked for.

    What is no number belongs to nobody. Raises :class:`~connectid.core.ratelimit.Throttled`.
    """
    asked = list(numbers)
    ratelimit.spend(limits.LOOK_UPS_PER_CLIENT, caller.client_id)
    spelled = _spelled(asked)
    found = queries.active_accounts(spelled) if spelled else []
    _record(Kind.FETCH_USERS, caller, asked=len(asked), accounts=[one.account_id for one in found], at=at)
    return [FoundUser(one.username, spelled[one.phone_number], one.name) for one in found]


def filter_users(*, country: str, credential: str, caller: Caller, at: datetime) -> list[FoundUser]:
    """Return the active accounts of a country calling code, with an accepted credential of a slug, or both.

    Raises :class:`~connectid.directory.errors.NothingToFilterBy`, :class:`~connectid.directory.errors.TooManyFound` and
    :class:`~connectid.core.ratelimit.Throttled`.
    """
    if not country.strip() and not credential:
        raise errors.NothingToFilterBy
    ratelimit.spend(limits.LOOK_UPS_PER_CLIENT, caller.client_id)
    code = _country_code(country)
    found = (
        []
        if code is None
        else queries.filtered_accounts(
            country_code=code, credential=credential, at_most=limits.MOST_FOUND + 1
        )
    )
    if len(found) > limits.MOST_FOUND:
        raise errors.TooManyFound
    _record(
        Kind.FILTER_USERS,
        caller,
        filters=f"{code or ''} {credential}".strip(),
        accounts=[one.account_id for one in found],
        at=at,
    )
    return [FoundUser(one.username, one.phone_number, one.name) for one in found]


def demo_users(*, caller: Caller, at: datetime) -> list[DemoUser]:
    """Return the live codes of demonstration numbers, which no text carries, by number.

    Raises :class:`~connectid.core.ratelimit.Throttled`.
    """
    ratelimit.spend(limits.LOOK_UPS_PER_CLIENT, caller.client_id)
    codes = verification.fictitious_codes(at=at)
    _record(Kind.DEMO_USERS, caller, found=len(codes), at=at)
    return [DemoUser(number, code) for number, code in codes]


def prune(*, at: datetime, batch: int = batches.BATCH) -> int:
    """Forget look-ups that were kept long enough, ``batch`` rows to a statement; return how many that was."""
    return batches.delete(queries.look_ups_before(at - KEPT), batch=batch)


def _spelled(asked: Iterable[str]) -> dict[str, str]:
    """The spelling of each number, by its E.164 form; of two spellings of one number, the first."""
    spelled: dict[str, str] = {}
    for spelling in asked:
        try:
            spelled.setdefault(phone.parse(spelling).e164, spelling)
        except UnparsablePhoneNumber:
            continue
    return spelled


def _country_code(country: str) -> str | None:
    """``+NN``; a ``+`` that was not encoded arrives as a space. Empty where none is named, None for what is none."""
    if not country.strip():
        return ""
    found = _COUNTRY.fullmatch(country)
    return f"+{found[1]}" if found else None


def _record(
    kind: Kind,
    caller: Caller,
    *,
    asked: int = 0,
    filters: str = "",
    found: int | None = None,
    accounts: Iterable[int] = (),
    at: datetime,
) -> None:
    """Put the look-up on record; without that, nothing is answered."""
    account_ids = sorted(accounts)
    count = len(account_ids) if found is None else found
    LookUp.objects.create(
        client_id=caller.client_id,
        address=caller.address,
        kind=kind,
        asked=asked,
        filters=filters[:200],
        found=count,
        account_ids=account_ids,
        at=at,
    )
    log.info("looked_up", client=caller.client_id, operation=kind.value, count=count)
