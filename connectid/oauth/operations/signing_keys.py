"""Making, rotating and forgetting the keys that sign, for each use of them apart (docs/howto/rotate-oidc-key.md)."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from joserfc.jwk import ECKey, RSAKey

from connectid.oauth import errors, key_uses
from connectid.oauth.key_uses import ID_TOKEN, KeyUse
from connectid.oauth.models import SigningKey
from connectid.oauth.queries import signing_keys as queries
from connectid.oauth.queries.signing_keys import KeySet

log = structlog.get_logger(__name__)

BITS = 2048
"""What every relying party takes; NIST SP 800-57 allows it until 2030, and keys are rotated."""

CURVE = "P-256"
"""Of ES256."""

LEAD = timedelta(hours=24)
"""For how long a new key is published before it signs: whoever keeps the published keys reads them again by then."""


def keys(*, at: datetime, use: KeyUse = ID_TOKEN, afresh: bool = False) -> KeySet:
    """Return every key of a use, of which one signs at ``at``; the first is made here, by whichever process needs it first.

    ``afresh`` asks the database, whatever this process remembers: one statement.
    """
    found = queries.stored_keys(use) if afresh else queries.known_keys(at=at, use=use)
    if not found.keys:
        _make_first(use, at=at)
        found = queries.stored_keys(use)
    return found


def rotate(*, at: datetime, use: KeyUse = ID_TOKEN, at_once: bool = False) -> KeySet:
    """Make the next key, which signs after :data:`LEAD`, or at once; the present one stays published until what it signed expired.

    ``at_once`` also brings forward a key that is waiting. Raises :class:`~connectid.oauth.errors.RotationUnderWay` where one
    is waiting already, or where another process rotates at the same time.
    """
    keys(at=at, use=use)
    try:
        with transaction.atomic():
            ours = SigningKey.objects.filter(use=use.name)
            newest = ours.select_for_update().defer("private_key").latest("generation")
            if newest.signs_from <= at:
                signs_from = at if at_once else at + LEAD
                _create(use, generation=newest.generation + 1, pem=_new(use), signs_from=signs_from, at=at)
            elif at_once:
                newest.signs_from = at
                newest.save(update_fields=["signs_from"])
            else:
                raise errors.RotationUnderWay
    except IntegrityError:
        raise errors.RotationUnderWay from None
    finally:
        queries.forget()
    return queries.stored_keys(use)


def replace_all(*, at: datetime, use: KeyUse = ID_TOKEN) -> KeySet:
    """Make a key that signs at once and forget every other: for keys that leaked. What they signed is refused from now on."""
    with transaction.atomic():
        newest = rotate(at=at, use=use, at_once=True).keys[-1]
        SigningKey.objects.filter(use=use.name).exclude(generation=newest.generation).delete()
    queries.forget()
    return queries.stored_keys(use)


def prune(*, at: datetime) -> int:
    """Forget the keys of which everything that they signed has expired; returns how many. One statement for each use, one for all."""
    stored = [key for use in key_uses.ALL for key in queries.stored_keys(use).keys]
    spent = [key.kid for key in stored if not key.is_published(at)]
    if not spent:
        return 0
    deleted, _ = SigningKey.objects.filter(kid__in=spent).delete()
    return deleted


def _make_first(use: KeyUse, *, at: datetime) -> None:
    """Store a new key, or for id tokens the one that ``OIDC_RSA_PRIVATE_KEY`` brings along."""
    brought = settings.OIDC_RSA_PRIVATE_KEY if use == ID_TOKEN else ""
    try:
        with transaction.atomic():
            _create(use, generation=1, pem=brought or _new(use), signs_from=at, at=at)
    except IntegrityError:  # another process was quicker, and its key is as good
        log.info("signing_key_exists", purpose=use.name)


def _create(use: KeyUse, *, generation: int, pem: str, signs_from: datetime, at: datetime) -> None:
    key = _imported(use, pem)
    kid = key.thumbprint()
    SigningKey.objects.create(
        use=use.name,
        generation=generation,
        kid=kid,
        public_jwk={"use": "sig", "alg": use.algorithm, "kid": kid, **key.as_dict(private=False)},
        private_key=pem,
        created_at=at,
        signs_from=signs_from,
    )
    log.info("signing_key_made", purpose=use.name, count=generation)


def _imported(use: KeyUse, pem: str) -> RSAKey | ECKey:
    return RSAKey.import_key(pem) if use.algorithm == "RS256" else ECKey.import_key(pem)


def _new(use: KeyUse) -> str:
    made = RSAKey.generate_key(BITS) if use.algorithm == "RS256" else ECKey.generate_key(CURVE)
    return made.as_pem(private=True).decode()
