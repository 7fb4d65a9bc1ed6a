"""Rotation of keys: which ones the database still needs, and rewriting what can be rewritten.

Ciphertexts are rewritten here. Digests and hashes cannot be, for we do not have the secrets: each is
rewritten when its secret is next presented, and the old key stays on the ring until ``usage`` shows no row
under it. See docs/howto/rotate-keys.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, Q, TextField
from django.db.models.functions import Cast

from connectid.core.fields import DigestField, EncryptedTextField, MemorisedHashField
from connectid.core.keyring import KeyRing
from connectid.core.passwords import Argon2idPeppered, KeyedBlake2b

# Columns of Django and django-oauth-toolkit that hold what our hashers made, and so cannot be told by their class.
_HASHED_BY_DJANGO = {"password": Argon2idPeppered.algorithm, "client_secret": KeyedBlake2b.algorithm}


@dataclass(frozen=True, slots=True)
class ColumnUsage:
    """How many values of one column each key of its ring protects."""

    column: str
    """``app_label.Model.field``."""
    ring: str
    """``SECRET_HASH_KEYS`` or ``FIELD_ENCRYPTION_KEYS``."""
    rows: dict[str, int]
    """Values by key id; every key of the ring is named, the current one first."""
    lost: int
    """Values under keys that are not on the ring: nobody can verify or read them until the key is put back.
    """


@dataclass(frozen=True, slots=True)
class _Column:
    model: type[models.Model]
    field: models.Field[Any, Any]
    ring: str
    prefix: str
    """What stands before the key id in a stored value."""


def usage(of: Iterable[type[models.Model]] | None = None) -> list[ColumnUsage]:
    """Count what each key protects, one statement per column: a key of no rows may leave its ring.

    Of every model, or of the given ones.
    """
    return [_usage(column) for column in _columns(of)]


def reencrypt(of: Iterable[type[models.Model]] | None = None, *, batch: int = 500) -> int:
    """Encrypt under the current key all that is under an older one; returns how many values that was.

    Of every model, or of the given ones.

    Safe beside running servers and when interrupted: rows are locked ``batch`` at a time, two statements
    each. Raises ``CannotDecrypt`` or ``UnknownKey`` at the first value that does not open.
    """
    return sum(
        _reencrypt(column, batch) for column in _columns(of) if isinstance(column.field, EncryptedTextField)
    )


def _columns(of: Iterable[type[models.Model]] | None) -> Iterator[_Column]:
    for model in apps.get_models() if of is None else of:
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_concrete_fields:
            match field:
                case EncryptedTextField():
                    yield _Column(model, field, "FIELD_ENCRYPTION_KEYS", "")
                case DigestField():
                    yield _Column(model, field, "SECRET_HASH_KEYS", "")
                case MemorisedHashField():
                    yield _Column(model, field, "SECRET_HASH_KEYS", f"{Argon2idPeppered.algorithm}$")
                case models.CharField() if field.name in _HASHED_BY_DJANGO:
                    yield _Column(model, field, "SECRET_HASH_KEYS", f"{_HASHED_BY_DJANGO[field.name]}$")


def _usage(column: _Column) -> ColumnUsage:
    ring: KeyRing = getattr(settings, column.ring)
    counts = {
        f"key_{position}": Count("pk", filter=Q(rotation_stored__startswith=f"{column.prefix}{key.id}$"))
        for position, key in enumerate(ring)
    }
    stored = _rows(column).annotate(rotation_stored=Cast(column.field.name, TextField()))
    found = stored.aggregate(
        ours=Count("pk", filter=Q(rotation_stored__startswith=column.prefix) & ~Q(rotation_stored="")),
        **counts,
    )
    rows = {key.id: found[name] for key, name in zip(ring, counts, strict=True)}
    return ColumnUsage(
        column=f"{column.model._meta.label}.{column.field.name}",
        ring=column.ring,
        rows=rows,
        lost=found["ours"] - sum(rows.values()),
    )


def _reencrypt(column: _Column, batch: int) -> int:
    ring: KeyRing = getattr(settings, column.ring)
    outdated = (
        _rows(column)
        .annotate(rotation_stored=Cast(column.field.name, TextField()))
        .exclude(rotation_stored__startswith=f"{ring.current.id}$")
        .exclude(rotation_stored=None)
        .only(column.field.name)
        .order_by("pk")
    )
    rewritten = 0
    while True:
        with transaction.atomic(using=outdated.db):
            rows = list(outdated.select_for_update()[:batch])
            if not rows:
                return rewritten
            _rows(column).bulk_update(rows, [column.field.name])  # saving encrypts, under the current key
        rewritten += len(rows)


def _rows(column: _Column) -> models.QuerySet[models.Model]:
    return models.QuerySet(column.model)  # not a manager of the model, which may hide rows
