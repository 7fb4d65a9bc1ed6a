"""Who a device credential belongs to: the hottest read of the server, one statement."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from connectid.core import rows, secrets
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


def by_credential(*, username: str, credential: str) -> KnownDevice | None:
    """Return the device whose credential this is, if it is one of ``username``'s; at most one row, by its digest's index.

    The caller judges ``is_active`` and ``is_revoked``. ``storage_key`` comes along because it stands in the same row and
    phones ask for it with nothing else (``fetch_db_key``).
    """
    digests = secrets.digests(credential, purpose=CREDENTIAL)
    with connection.cursor() as cursor:
        cursor.execute(_BY_DIGEST.format(digests=", ".join(["%s"] * len(digests))), digests)
        row = cursor.fetchone()
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


def unused_device(*, account_id: int) -> Device | None:
    """Return the account's current device if its credential was never presented: its phone may have missed our answer."""
    return Device.objects.filter(account_id=account_id, revoked_at=None, last_accessed_at=None).first()
