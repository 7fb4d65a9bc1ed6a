"""The one challenge of an address, purpose and scope: found or made, and locked, in one statement."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models

from connectid.core import secrets
from connectid.verification import codes, limits
from connectid.verification.models import Challenge

# By name: a statement prepared with "*" fails for as long as its connection lives once a migration adds a column.
_RETURNING = "RETURNING " + ", ".join(str(field.column) for field in Challenge._meta.concrete_fields)

# The update changes nothing: it is what makes the statement lock and return the row that was there before.
_HOLD = """
INSERT INTO verification_challenge AS held
       (address, transport, purpose, scope, nonce, key_id, created_at, expires_at, attempts,
        sends, delivered_sends, provider_id, rejection)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, 0, 0, '', '')
    ON CONFLICT (address, purpose, scope) DO UPDATE SET transport = excluded.transport
"""

# Counting and looking up are one statement, so that parallel checks cannot all see the same count.
_COUNT_CHECK = """
UPDATE verification_challenge SET attempts = attempts + 1
 WHERE address = %s AND purpose = %s AND scope = %s AND used_at IS NULL AND expires_at > %s AND attempts < %s
"""


def hold(
    *, address: str, transport: str, purpose: str, scope: str, lifetime: timedelta, at: datetime
) -> Challenge:
    """Return the challenge, made where there is none, and locked until the transaction ends. One statement."""
    made = (codes.new_nonce(), secrets.current_key_id(), _stored(at), _stored(at + lifetime))
    return _rows(_HOLD, address, transport, purpose, scope, *made)[0]


def count_check(*, address: str, purpose: str, scope: str, at: datetime) -> Challenge | None:
    """Count one check of the live code and return its challenge. One statement.

    None where no code could be right: none was sent, or it is used, expired or tried too often.
    """
    found = _rows(_COUNT_CHECK, address, purpose, scope, _stored(at), limits.CHECKS_PER_CODE)
    return found[0] if found else None


def consume(challenge: Challenge, *, at: datetime) -> bool:
    """Use up the code; False for whoever comes second, or after another code took its place. One statement."""
    unused = Challenge.objects.filter(pk=challenge.pk, nonce=challenge.nonce, used_at=None)
    return unused.update(used_at=at) == 1


def live(*, address: str, purpose: str, scope: str | None, at: datetime) -> "models.QuerySet[Challenge]":
    """The challenges whose code could still be the right answer, of one scope or of all; the one made last comes first."""
    found = Challenge.objects.filter(
        address=address, purpose=purpose, used_at=None, expires_at__gt=at, attempts__lt=limits.CHECKS_PER_CODE
    )
    if scope is not None:
        found = found.filter(scope=scope)
    return found.order_by("-created_at", "-pk")


def _rows(sql: str, *params: Any) -> list[Challenge]:
    return list(Challenge.objects.raw(sql + _RETURNING, params))


def _stored(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
