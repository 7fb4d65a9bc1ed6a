"""The one challenge of an address, purpose and scope: found or made, and locked, in one statement."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from connectid.core import secrets
from connectid.verification import codes
from connectid.verification.models import Challenge

# The update changes nothing: it is what makes the statement lock and return the row that was there before.
_HOLD = """
INSERT INTO verification_challenge AS held
       (address, transport, purpose, scope, nonce, key_id, created_at, expires_at, attempts,
        sends, delivered_sends, provider_id, rejection)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, 0, 0, '', '')
    ON CONFLICT (address, purpose, scope) DO UPDATE SET transport = excluded.transport
RETURNING *
"""

# Counting and looking up are one statement, so that parallel checks cannot all see the same count. It returns nothing where no
# code could be right: none was sent, it is used, expired, or has been tried too often.
_COUNT_CHECK = """
UPDATE verification_challenge SET attempts = attempts + 1
 WHERE address = %s AND purpose = %s AND scope = %s AND used_at IS NULL AND expires_at > %s AND attempts < %s
RETURNING *
"""


def hold(
    *, address: str, transport: str, purpose: str, scope: str, lifetime: timedelta, at: datetime
) -> Challenge:
    """Return the challenge, made where there is none, and locked until the transaction ends. One statement."""
    return _only(
        _HOLD,
        address,
        transport,
        purpose,
        scope,
        codes.new_nonce(),
        secrets.current_key_id(),
        _stored(at),
        _stored(at + lifetime),
    )[0]


def count_check(*, address: str, purpose: str, scope: str, at: datetime, most: int) -> Challenge | None:
    """Count one check of the live code and return its challenge; None where there is none or it had ``most`` checks."""
    found = _only(_COUNT_CHECK, address, purpose, scope, _stored(at), most)
    return found[0] if found else None


def consume(challenge: Challenge, *, at: datetime) -> bool:
    """Use up the code; False for whoever comes second, or after another code took its place."""
    unused = Challenge.objects.filter(pk=challenge.pk, nonce=challenge.nonce, used_at=None)
    return unused.update(used_at=at) == 1


def _only(sql: str, *params: Any) -> list[Challenge]:
    return list(Challenge.objects.raw(sql, params))


def _stored(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
