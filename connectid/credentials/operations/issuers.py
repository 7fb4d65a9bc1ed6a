"""Issuers: registering one, proving its secret."""

from dataclasses import dataclass

from django.db import transaction

from connectid.core import secrets
from connectid.credentials import errors, queries
from connectid.credentials.models import PURPOSE, Issuer
from connectid.credentials.queries import KnownIssuer


@dataclass(frozen=True, slots=True)
class NewIssuer:
    """What the issuer must be told; the secret is not to be seen again."""

    client_id: str
    client_secret: str


def create_issuer(*, authority: str, environment: str, client_id: str = "", secret: str = "") -> NewIssuer:
    """Register an issuer; id and secret are made where they are not given.

    A message server may have the same id and secret: partners hold one pair for both (contract A7). Registering the same
    issuer again changes nothing. Raises :class:`~connectid.credentials.errors.IssuerExists` when the id is taken by a
    different one, and Django's ``ValidationError`` naming every field that will not do.
    """
    made = NewIssuer(
        client_id=client_id or secrets.new_client_id(), client_secret=secret or secrets.new_token()
    )
    wanted = Issuer(
        authority=authority,
        environment=environment,
        client_id=made.client_id,
        secret_digest=secret_digest(made.client_secret),
    )
    with transaction.atomic():
        existing = Issuer.objects.select_for_update().filter(client_id=made.client_id).first()
        if existing is None:
            wanted.full_clean()
            wanted.save()
        elif (existing.authority, existing.environment) != (authority, environment) or not secrets.matches(
            made.client_secret, existing.secret_digest, purpose=PURPOSE
        ):
            raise errors.IssuerExists
    return made


def authenticate(*, client_id: str, secret: str) -> KnownIssuer | None:
    """Return the active issuer whose id and secret these are, None for a wrong secret (contract A7).

    One statement, and a second one after a rotation of ``SECRET_HASH_KEYS``. Raises
    :class:`~connectid.credentials.errors.UnknownIssuer` where no active issuer has the id.
    """
    found = queries.issuer_digests(client_id)
    if found is None:
        raise errors.UnknownIssuer
    issuer, current, previous = found
    # Both are compared, so that the time does not tell which one it was.
    is_current, is_previous = (
        bool(stored) and secrets.matches(secret, stored, purpose=PURPOSE) for stored in (current, previous)
    )
    if is_current and secrets.needs_rewrite(current):
        unchanged = Issuer.objects.filter(pk=issuer.id, secret_digest=current)
        unchanged.update(secret_digest=secret_digest(secret))
    return issuer if is_current or is_previous else None


def secret_digest(secret: str) -> str:
    """What an issuer's row keeps of its secret."""
    return secrets.digest(secret, purpose=PURPOSE)
