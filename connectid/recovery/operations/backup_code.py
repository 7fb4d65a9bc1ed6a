"""Checking a backup code: one counter for every path that does (contract 16, E-17 and E-18).

A try is counted and committed before it is judged, so neither parallel requests nor a request that dies half-way give anybody
a try more. The slow hash is computed outside any transaction. Whatever a right code opens, its caller opens in a transaction
of its own, which must begin with :func:`~connectid.recovery.operations.closing.require_active`: the account may have been
locked since.
"""

import re
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

import structlog
from django.db import connection, transaction

from connectid.accounts.models import Account
from connectid.core import passwords, ratelimit, rows
from connectid.core.ratelimit import Throttled
from connectid.devices.errors import InvalidDeviceCredential
from connectid.devices.operations import credentials
from connectid.devices.queries import KnownDevice
from connectid.recovery import errors, limits, metrics
from connectid.recovery.limits import MAX_ATTEMPTS
from connectid.recovery.operations import closing

log = structlog.get_logger(__name__)

DIGITS = 6
"""Of a backup code (contract 5.7)."""

CODE = re.compile(rf"[0-9]{{{DIGITS}}}")

VERDICT_WITHIN = timedelta(seconds=30)
"""A try that was counted and has no verdict after this will never have one: it takes a hash, tens of milliseconds."""

_ROUNDS = 3
"""How often a try is counted again because another one, judged in the same moment, began the counter anew."""


class Outcome(Enum):
    """What became of a backup code."""

    RIGHT = "right"
    """It is the account's; the counter begins anew."""
    WRONG = "wrong"
    """It is not, and some tries are left."""
    LOCKED = "locked"
    """The account is locked, by this very code or before; or it was deactivated. Right or wrong is not told."""
    NOT_SET = "not_set"
    """The account has no backup code."""


class Checked(NamedTuple):
    """The outcome, and how many tries are left after a wrong code: 2 or 1."""

    outcome: Outcome
    attempts_left: int = 0


def as_typed(code: str | int | None) -> str:
    """Return the digits that somebody typed: without blanks, and with the leading zeros that a number in JSON has lost."""
    return f"{code:0{DIGITS}}" if isinstance(code, int) else (code or "").strip()


def check(*, account_id: int, code: str, at: datetime) -> Checked:
    """Judge ``code`` and count the try; the third wrong one in a row locks the account and ends all it granted.

    Never call it inside a transaction: what it counts must stay counted. Two statements for a code that is right, one for one
    that is wrong. Raises :class:`~connectid.core.ratelimit.Throttled` while the verdicts of as many tries as there are stand out,
    as only parallel requests can make it: one of them may be right.
    """
    checked = _judge(account_id, code, at)
    metrics.CHECKS.labels(checked.outcome.value).inc()
    if checked.outcome is not Outcome.RIGHT:
        log.info("backup_code_refused", account_id=account_id, reason=checked.outcome.value)
    return checked


def replace(*, device: KnownDevice, code: str) -> None:
    """Make ``code`` the backup code of the account whose phone asks; the counter begins anew.

    Raises :class:`~connectid.recovery.errors.MissingBackupCode` for what is no code, :class:`~connectid.core.ratelimit.Throttled`,
    and :class:`~connectid.devices.errors.InvalidDeviceCredential` where the account moved to another phone meanwhile.
    """
    if not CODE.fullmatch(code):
        raise errors.MissingBackupCode
    ratelimit.spend(limits.SECRETS_PER_ACCOUNT, str(device.account_id))
    hashed = passwords.hash_memorised(code)  # slow, and so before the transaction
    with transaction.atomic():
        if not credentials.hold(device):
            raise InvalidDeviceCredential
        Account.objects.filter(pk=device.account_id).update(
            backup_code=hashed, failed_backup_codes=0, failed_codes_in_a_row=0
        )


def _judge(account_id: int, code: str, at: datetime) -> Checked:
    for _ in range(_ROUNDS):
        taken = _take(account_id, at)
        if isinstance(taken, Outcome):
            return Checked(taken)
        attempts, stored = taken
        is_right, replacement = passwords.verify_memorised(code, stored)
        if is_right and _accept(account_id, stored, replacement or stored):
            return Checked(Outcome.RIGHT)
        if not is_right and attempts < MAX_ATTEMPTS:
            return Checked(Outcome.WRONG, MAX_ATTEMPTS - attempts)
        if not is_right and closing.lock_out(account_id=account_id, at=at):
            return Checked(Outcome.LOCKED)
        # In this moment another try was right and began the counter anew, or replaced the hash or the code, or the account
        # was locked. So this one is counted again, as the first of the next three.
    raise Throttled(retry_after=1)


def _take(account_id: int, at: datetime) -> tuple[int, str] | Outcome:
    """Take one of the account's tries: which one it is, and the hash to compare with. Or say why there is none.

    Tries that were counted before and have no verdict yet may be right, so this one may come again in a second. When no verdict
    came in time, as after a crash between count and verdict, they count as wrong, and the account is locked.
    """
    if (taken := _count(account_id, at)) is not None:
        return taken
    account = Account.objects.filter(pk=account_id).values_list(
        "is_active", "backup_code", "failed_backup_codes", "backup_code_tried_at"
    )
    is_active, stored, attempts, tried_at = account.first() or (False, "", 0, None)
    if not is_active:
        return Outcome.LOCKED
    if not stored:
        return Outcome.NOT_SET
    is_abandoned = attempts >= MAX_ATTEMPTS and (tried_at is None or at - tried_at >= VERDICT_WITHIN)
    if is_abandoned and closing.lock_out(account_id=account_id, at=at):
        return Outcome.LOCKED
    raise Throttled(retry_after=1)


_COUNT = """
UPDATE accounts_account
   SET failed_backup_codes = failed_backup_codes + 1, failed_codes_in_a_row = failed_codes_in_a_row + 1,
       backup_code_tried_at = %s
 WHERE id = %s AND is_active AND backup_code <> '' AND failed_backup_codes < %s
RETURNING failed_backup_codes, backup_code
"""


def _count(account_id: int, at: datetime) -> tuple[int, str] | None:
    """Count a try, if the account takes one.

    The condition is checked against the row once it is locked, so parallel tries queue, and only three get through.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_COUNT, [rows.stored_moment(at), account_id, MAX_ATTEMPTS])
        counted: tuple[int, str] | None = cursor.fetchone()
    return counted


def _accept(account_id: int, stored: str, replacement: str) -> bool:
    """Begin the counter anew, if the account is still active and the code still this one."""
    unchanged = Account.objects.filter(pk=account_id, is_active=True, backup_code=stored)
    return bool(unchanged.update(backup_code=replacement, failed_backup_codes=0, failed_codes_in_a_row=0))
