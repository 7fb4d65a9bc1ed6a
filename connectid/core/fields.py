"""Columns for secrets: the model says how each is protected, and ``core.rotation`` finds every one."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Lookup

from connectid.core import encryption, passwords, secrets


class DigestField[Set, Get](models.CharField[Set, Get]):
    """What ``secrets.digest`` makes of a secret of ours. Index it, and look up with ``secrets.digests``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", secrets.DIGEST_LENGTH)
        super().__init__(*args, **kwargs)


class MemorisedHashField[Set, Get](models.CharField[Set, Get]):
    """What ``passwords.hash_memorised`` makes of a secret somebody remembers, or an imported hash of one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", passwords.HASH_LENGTH)
        super().__init__(*args, **kwargs)


class EncryptedTextField[Set, Get](models.TextField[Set, Get]):
    """Text that is ciphertext in the database and plain in Python (``core.encryption``).

    ``purpose`` binds the ciphertexts to this column and is part of each: renaming the column is free,
    changing the purpose loses the content. Loading a row raises ``CannotDecrypt`` or ``UnknownKey`` rather
    than hand out a wrong value; queries that do not need the secret leave it out with ``defer``. Nothing can
    be looked up by an encrypted value, except null.
    """

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """For migrations: the purpose is part of the column."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, list(args), {**kwargs, "purpose": self.purpose}

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        """Decrypt what was loaded."""
        return None if value is None else encryption.decrypt(value, purpose=self.purpose)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """Encrypt what is to be stored; an expression (a copy of a column) passes as it is."""
        prepared = super().get_db_prep_save(value, connection)
        return encryption.encrypt(prepared, purpose=self.purpose) if isinstance(prepared, str) else prepared

    def get_lookup(self, lookup_name: str) -> type[Lookup[Any]] | None:
        """Only ``isnull``: ciphertexts of one text all differ, so any other look-up would find nothing."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
