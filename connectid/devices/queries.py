"""Who a device credential belongs to: the hottest read of the server, one statement. And whose password may be tried."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256

from django.db import connection

from connectid.core import passwords, prepared, rows, secrets
from connectid.devices.models import Device

CREDENTIAL = "device"
"""Purpose of device credentials' digests."""

DIFFERENT_DEVICE_WINDOW = timedelta(days=30)
"""For how long after the newer device's last use the older one is told so (contract A1)."""


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device whose credential was presented, and its account."""

    device_id: int
    account_id: int
    username: str
    credential_digest: str
    """Empty where the phone proved itself by a password."""
    last_accessed_at: datetime | None
    """None until the credential is first used, which shows that its phone received it."""
    is_revoked: bool
    is_active: bool
    latest_use: datetime | None
    """When the account's current device was last used, or made; asked for only where this one is revoked."""
    sealed_storage_key: str


_BY_DIGEST = """
SELECT d.id, d.account_id, a.username, d.credential_digest, d.last_accessed_at, d.revoked_at IS NOT NULL, a.is_active,
       CASE WHEN d.revoked_at IS NULL THEN NULL ELSE
            (SELECT coalesce(n.last_accessed_at, n.created_at) FROM devices_device n
              WHERE n.account_id = d.account_id AND n.revoked_at IS NULL)
       END,
       a.storage_key
  FROM devices_device d JOIN accounts_account a ON a.id = d.account_id
 WHERE d.credential_digest IN ({digests})
"""


@cache
def _by_digest(count: int) -> str:
    return _BY_DIGEST.format(digests=", ".join(["%s"] * count))


def by_credential(*, username: str, credential: str) -> KnownDevice | None:
    """Return the device whose credential this is, if it is one of ``username``'s; at most one row, by its digest's index.

    The caller judges ``is_active`` and ``is_revoked``. ``storage_key`` comes along because it stands in the same row and
    phones ask for it with nothing else (``fetch_db_key``).
    """
    digests = secrets.digests(credential, purpose=CREDENTIAL)
    row = prepared.row(_by_digest(len(digests)), digests)
    if row is None:
        return None
    device_id, account_id, owner, digest, last_accessed_at, is_revoked, is_active, latest_use, storage_key = (
        row
    )
    if not hmac.compare_digest(owner.encode(), username.encode()):
        return None
    return KnownDevice(
        device_id=device_id,
        account_id=account_id,
        username=owner,
        credential_digest=digest,
        last_accessed_at=None if last_accessed_at is None else rows.moment(last_accessed_at),
        is_revoked=bool(is_revoked),
        is_active=bool(is_active),
        latest_use=None if latest_use is None else rows.moment(latest_use),
        sealed_storage_key=storage_key,
    )


@dataclass(frozen=True, slots=True)
class PasswordHolder:
    """An account with the hashes of its present password and of those of former phones."""

    account_id: int
    username: str
    is_active: bool
    password: str
    """Empty where the account has none that opens anything but the admin."""
    sealed_storage_key: str
    device_id: int | None
    """The current device; None where there is none yet, as after an import."""
    last_accessed_at: datetime | None
    latest_use: datetime | None
    former: tuple[tuple[int, str], ...]
    """Former devices and their passwords' hashes, the newest first."""


FORMER_PASSWORDS = 3
"""Of so many former phones an account's password is tried; each costs a slow hash (E-72)."""

_BY_USERNAME = """
SELECT a.id, a.username, a.is_active, CASE WHEN a.is_staff THEN '' ELSE a.password END, a.storage_key,
       d.id, d.revoked_at IS NOT NULL, d.created_at, d.last_accessed_at, d.former_password
  FROM accounts_account a
  LEFT JOIN devices_device d ON d.account_id = a.id AND (d.revoked_at IS NULL OR d.former_password <> '')
 WHERE a.username = %s
 ORDER BY CASE WHEN d.revoked_at IS NULL THEN 0 ELSE 1 END, d.id DESC
 LIMIT %s
"""


def password_holder(username: str) -> PasswordHolder | None:
    """Return the account of ``username`` with what a password is compared with; one statement.

    The password of a member of staff opens the admin and nothing else, so it is left out.
    """
    if "\x00" in username:  # which PostgreSQL cannot compare
        return None
    with connection.cursor() as cursor:
        cursor.execute(_BY_USERNAME, [username, 1 + FORMER_PASSWORDS])
        found = cursor.fetchall()
    if not found:
        return None
    account_id, name, is_active, password, storage_key = found[0][:5]
    current = next((row for row in found if row[5] is not None and not row[6]), None)
    created_at, used_at = current[7:9] if current else (None, None)
    return PasswordHolder(
        account_id=account_id,
        username=name,
        is_active=bool(is_active),
        password=password if passwords.is_memorised_hash(password) else "",
        sealed_storage_key=storage_key or "",
        device_id=current[5] if current else None,
        last_accessed_at=None if used_at is None else rows.moment(used_at),
        latest_use=None if created_at is None else rows.moment(used_at or created_at),
        former=tuple((row[5], row[9]) for row in found if row[5] is not None and row[6])[:FORMER_PASSWORDS],
    )


def unused_device(*, account_id: int) -> Device | None:
    """Return the account's current device if its credential was never presented: its phone may have missed our answer."""
    return Device.objects.filter(account_id=account_id, revoked_at=None, last_accessed_at=None).first()


@dataclass(frozen=True, slots=True)
class CurrentPush:
    """An account's current push registration, as a heartbeat asks for it."""

    registration_id: int
    last_heartbeat_at: datetime


_CURRENT_PUSH = """
SELECT id, last_heartbeat_at FROM devices_pushregistration
 WHERE account_id = %s AND ended_at IS NULL AND token_digest = %s
"""


def current_push(*, account_id: int, token: str) -> CurrentPush | None:
    """Return the account's current registration if ``token`` is its address; one statement."""
    row = prepared.row(_CURRENT_PUSH, [account_id, token_digest(token)])
    return None if row is None else CurrentPush(row[0], rows.moment(row[1]))


@dataclass(frozen=True, slots=True)
class Recipient:
    """An active account, and where pushes reach its phone; ``token`` is empty where they do not."""

    account_id: int
    username: str
    registration_id: int | None
    token: str = field(repr=False)


_RECIPIENTS = """
SELECT a.id, a.username, r.id, coalesce(r.token, '')
  FROM accounts_account a
       LEFT JOIN devices_pushregistration r ON r.account_id = a.id AND r.ended_at IS NULL
 WHERE a.is_active AND {wanted}
"""


def recipients_by_username(usernames: Collection[str]) -> dict[str, Recipient]:
    """Return the active accounts of these usernames and where their pushes go; one statement for any number."""
    return {found.username: found for found in _recipients("a.username", "text", usernames)}


def recipients_by_account(account_ids: Collection[int]) -> dict[int, Recipient]:
    """The same by the accounts' ids."""
    return {found.account_id: found for found in _recipients("a.id", "bigint", account_ids)}


def _recipients(column: str, kind: str, wanted: Collection[str] | Collection[int]) -> list[Recipient]:
    if not wanted:
        return []
    statement = _RECIPIENTS.format(wanted=rows.among(column, of=kind))
    with connection.cursor() as cursor:
        cursor.execute(statement, [rows.listed(wanted)])
        return [Recipient(*row) for row in cursor.fetchall()]


def token_digest(token: str) -> str:
    """What a registration is found by: FCM's addresses have well over 128 random bits, so a plain digest gives nothing away."""
    return sha256(token.encode()).hexdigest()
