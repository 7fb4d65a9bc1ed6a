"""Making, rotating and forgetting the keys that sign id tokens (docs/howto/rotate-oidc-key.md)."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from joserfc.jwk import RSAKey

from connectid.oauth import errors
from connectid.oauth.models import SigningKey
from connectid.oauth.queries import signing_keys as queries
from connectid.oauth.queries.signing_keys import KeySet

log = structlog.get_logger(__name__)

BITS = 2048
"""What every relying party takes; NIST SP 800-57 allows it until 2030, and keys are rotated."""

LEAD = timedelta(hours=24)
"""For how long a new key is published before it signs: relying parties that keep the published keys read them again by then."""


def keys(*, at: datetime, afresh: bool = False) -> KeySet:
    """Return every key, of which one signs at ``at``; the first is made here, by whichever process needs it first.

    ``afresh`` asks the database, whatever this process remembers: one statement.
    """
    found = queries.stored_keys() if afresh else queries.known_keys(at=at)
    if not found.keys:
        _make_first(at=at)
        found = queries.stored_keys()
    return found


def rotate(*, at: datetime, at_once: bool = False) -> KeySet:
    """Make the next key, which signs after :data:`LEAD`, or at once; the present one stays published until its tokens expired.

    ``at_once`` also brings forward a key that is waiting. Raises :class:`~connectid.oauth.errors.RotationUnderWay` where one
    is waiting already, or where another process rotates at the same time.
    """
    keys(at=at)
    try:
        with transaction.atomic():
            newest = SigningKey.objects.select_for_update().defer("private_key").latest("generation")
            if newest.signs_from <= at:
                signs_from = at if at_once else at + LEAD
                _create(generation=newest.generation + 1, pem=_new(), signs_from=signs_from, at=at)
            elif at_once:
                newest.signs_from = at
                newest.save(update_fields=["signs_from"])
            else:
                raise errors.RotationUnderWay
    except IntegrityError:
        raise errors.RotationUnderWay from None
    finally:
        queries.forget()
    return queries.stored_keys()


def replace_all(*, at: datetime) -> KeySet:
    """Make a key that signs at once and forget every other: for keys that leaked. What they signed is refused from now on."""
    with transaction.atomic():
        newest = rotate(at=at, at_once=True).keys[-1]
        SigningKey.objects.exclude(generation=newest.generation).delete()
    queries.forget()
    return queries.stored_keys()


def prune(*, at: datetime) -> int:
    """Forget the keys whose last token has expired; returns how many. Two statements."""
    spent = [key.generation for key in queries.stored_keys().keys if not key.is_published(at)]
    if not spent:
        return 0
    deleted, _ = SigningKey.objects.filter(generation__in=spent).delete()
    return deleted


def _make_first(*, at: datetime) -> None:
    """Store the key that ``OIDC_RSA_PRIVATE_KEY`` brings along, or a new one."""
    try:
        with transaction.atomic():
            _create(generation=1, pem=settings.OIDC_RSA_PRIVATE_KEY or _new(), signs_from=at, at=at)
    except IntegrityError:  # another process was quicker, and its key is as good
        log.info("signing_key_exists")


def _create(*, generation: int, pem: str, signs_from: datetime, at: datetime) -> None:
    key = RSAKey.import_key(pem)
    kid = key.thumbprint()
    SigningKey.objects.create(
        generation=generation,
        kid=kid,
        public_jwk={"use": "sig", "alg": "RS256", "kid": kid, **key.as_dict(private=False)},
        private_key=pem,
        created_at=at,
        signs_from=signs_from,
    )
    log.info("signing_key_made", count=generation)


def _new() -> str:
    return RSAKey.generate_key(BITS).as_pem(private=True).decode()
