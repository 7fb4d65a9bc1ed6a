"""Writes about issuers."""

from dataclasses import dataclass

from django.db import transaction

from connectid.core import secrets
from connectid.credentials import errors
from connectid.credentials.models import PURPOSE, Issuer


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


def secret_digest(secret: str) -> str:
    """What an issuer's row keeps of its secret."""
    return secrets.digest(secret, purpose=PURPOSE)
