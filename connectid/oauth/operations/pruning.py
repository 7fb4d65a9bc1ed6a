"""Forgetting tokens, codes and keys that no longer open anything and no longer tell a thief from their owner."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from connectid.core import batches
from connectid.oauth.models import AccessToken, AuthorizationCode, RefreshToken
from connectid.oauth.operations import signing_keys

CODES_KEPT = timedelta(days=1)
"""After expiry. A used code that comes again ends what it gave, and who found one in a log tries it soon (RFC 9700, 4.5)."""


def prune(*, at: datetime, batch: int = batches.BATCH) -> int:
    """Delete what is spent, ``batch`` rows to a statement; return how many rows that was.

    An exchanged refresh token stays for as long as its family has a live one, however old it is: whoever presents it gives
    the family away (RFC 9700, section 4.14.2).
    """
    family = RefreshToken.objects.filter(token_family=OuterRef("token_family"), expires__gt=at)
    spent = RefreshToken.objects.filter(~Exists(family), expires__lte=at)
    return (
        batches.delete(AccessToken.objects.filter(expires__lte=at), batch=batch)
        + batches.delete(spent, batch=batch)
        + batches.delete(AuthorizationCode.objects.filter(expires__lte=at - CODES_KEPT), batch=batch)
        + signing_keys.prune(at=at)
    )
