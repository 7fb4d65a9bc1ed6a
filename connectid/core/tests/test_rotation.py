"""Secret columns and the rotation of their keys, on a table of their own."""

from typing import ClassVar

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from connectid.core import passwords, rotation, secrets
from connectid.core.encryption import CannotDecrypt
from connectid.core.fields import DigestField, EncryptedTextField, MemorisedHashField
from connectid.core.keyring import UnknownKey
from connectid.core.rotation import ColumnUsage
from connectid.core.tests.rings import NEW, OLD, ROTATED

pytestmark = pytest.mark.django_db


class Vault(models.Model):
    """One column of each kind; of no installed app, so without a migration."""

    hmac_key = EncryptedTextField(purpose="vault.hmac_key")
    note = EncryptedTextField(purpose="vault.note", null=True)
    token = DigestField(default="")
    backup_code = MemorisedHashField(default="")
    password = models.CharField(max_length=160, default="!")

    objects: ClassVar[models.Manager["Vault"]] = models.Manager()

    class Meta:
        app_label = "core"
        db_table = "core_tests_vault"

    def __str__(self) -> str:
        return f"vault {self.pk}"


_CREATE = """CREATE TABLE core_tests_vault (
    id {serial}, hmac_key text NOT NULL, note text, token varchar(90) NOT NULL, backup_code varchar(160) NOT NULL,
    password varchar(160) NOT NULL
)"""


@pytest.fixture(autouse=True)
def _table(settings: Settings) -> None:
    settings.SECRET_HASH_KEYS = settings.FIELD_ENCRYPTION_KEYS = OLD
    serial = (
        "bigserial PRIMARY KEY" if connection.vendor == "postgresql" else "integer PRIMARY KEY AUTOINCREMENT"
    )
    with connection.cursor() as cursor:
        cursor.execute(_CREATE.format(serial=serial))


def stored(column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM core_tests_vault ORDER BY id")  # noqa: S608 - our own column
        return [row[0] for row in cursor.fetchall()]


def test_the_database_holds_ciphertext_and_python_plain_text() -> None:
    vault = Vault.objects.create(hmac_key="k" * 20)
    assert stored("hmac_key")[0].startswith("2026a$")
    assert "k" * 20 not in stored("hmac_key")[0]
    assert stored("note") == [None]
    vault.refresh_from_db()
    assert (vault.hmac_key, vault.note) == ("k" * 20, None)
    assert Vault.objects.values_list("hmac_key", flat=True).get() == "k" * 20


def test_every_way_of_writing_encrypts() -> None:
    one, two = Vault.objects.bulk_create([Vault(hmac_key="a"), Vault(hmac_key="b")])
    Vault.objects.filter(pk=one.pk).update(hmac_key="c")
    two.hmac_key = "d"
    two.save(update_fields=["hmac_key"])
    two.note = "e"
    Vault.objects.bulk_update([two], ["note"])
    assert list(Vault.objects.order_by("pk").values_list("hmac_key", "note")) == [("c", None), ("d", "e")]
    assert all(text.startswith("2026a$") for text in [*stored("hmac_key"), *filter(None, stored("note"))])


def test_nothing_is_looked_up_by_an_encrypted_value() -> None:
    Vault.objects.create(hmac_key="k")
    with pytest.raises(FieldError):
        Vault.objects.filter(hmac_key="k")
    with pytest.raises(FieldError):
        Vault.objects.filter(hmac_key__contains="k")
    assert Vault.objects.filter(note__isnull=True).count() == 1


def test_a_ciphertext_moved_to_another_column_does_not_open() -> None:
    vault = Vault.objects.create(hmac_key="k", note="n")
    Vault.objects.filter(pk=vault.pk).update(note=F("hmac_key"))
    with pytest.raises(CannotDecrypt, match=r"vault\.note"):
        Vault.objects.get(pk=vault.pk)
    assert Vault.objects.defer("note").get(pk=vault.pk).hmac_key == "k"


def test_a_lost_key_is_named(settings: Settings) -> None:
    Vault.objects.create(hmac_key="k")
    settings.FIELD_ENCRYPTION_KEYS = NEW
    with pytest.raises(UnknownKey, match="2026a"):
        Vault.objects.get()


def test_a_digest_is_found_under_every_key(settings: Settings) -> None:
    Vault.objects.create(hmac_key="k", token=secrets.digest("s" * 32, purpose="device"))
    settings.SECRET_HASH_KEYS = ROTATED
    assert Vault.objects.filter(token__in=secrets.digests("s" * 32, purpose="device")).count() == 1


def test_fields_survive_in_migrations() -> None:
    for name in ("hmac_key", "note", "token", "backup_code"):
        field = Vault._meta.get_field(name)
        assert isinstance(field, models.Field)
        _, path, args, kwargs = field.deconstruct()
        assert path == f"connectid.core.fields.{type(field).__name__}"
        assert type(field)(*args, **kwargs).deconstruct()[1:] == (path, args, kwargs)


def usage() -> dict[str, tuple[dict[str, int], int]]:
    return {
        column.column.removeprefix("core.Vault."): (column.rows, column.lost)
        for column in rotation.usage([Vault])
    }


def test_usage_tells_which_keys_are_needed(settings: Settings) -> None:
    Vault.objects.create(
        hmac_key="k",
        token=secrets.digest("s" * 32, purpose="device"),
        backup_code=passwords.hash_memorised("123456"),
        password=passwords.hash_memorised("correct horse"),
    )
    settings.SECRET_HASH_KEYS = settings.FIELD_ENCRYPTION_KEYS = ROTATED
    Vault.objects.create(hmac_key="k", note="n", token=secrets.digest("t" * 32, purpose="device"))
    assert usage() == {
        "hmac_key": ({"2026b": 1, "2026a": 1}, 0),
        "note": ({"2026b": 1, "2026a": 0}, 0),
        "token": ({"2026b": 1, "2026a": 1}, 0),
        "backup_code": ({"2026b": 0, "2026a": 1}, 0),
        "password": ({"2026b": 0, "2026a": 1}, 0),
    }
    settings.SECRET_HASH_KEYS = settings.FIELD_ENCRYPTION_KEYS = NEW
    assert usage() == {
        "hmac_key": ({"2026b": 1}, 1),
        "note": ({"2026b": 1}, 0),
        "token": ({"2026b": 1}, 1),
        "backup_code": ({"2026b": 0}, 1),
        "password": ({"2026b": 0}, 1),
    }


def test_usage_names_the_ring_of_a_column() -> None:
    assert rotation.usage([Vault])[0] == ColumnUsage(
        "core.Vault.hmac_key", "FIELD_ENCRYPTION_KEYS", {"2026a": 0}, 0
    )


def test_usage_looks_at_every_model() -> None:
    assert rotation.usage() is not None


@pytest.mark.parametrize("rows", [3, 30])
def test_reencrypting_rewrites_all_and_frees_the_old_key(settings: Settings, rows: int) -> None:
    Vault.objects.bulk_create(
        Vault(hmac_key=f"key {i}", note=f"note {i}" if i % 2 else None) for i in range(rows)
    )
    settings.FIELD_ENCRYPTION_KEYS = ROTATED
    with CaptureQueriesContext(connection) as statements:
        assert rotation.reencrypt([Vault], batch=rows) == rows + rows // 2
    # Per column: two statements a batch, one that finds no more; each in a savepoint of the test's transaction.
    assert sum("SAVEPOINT" not in statement["sql"] for statement in statements) == 6
    assert rotation.reencrypt([Vault]) == 0

    settings.FIELD_ENCRYPTION_KEYS = NEW
    assert list(Vault.objects.order_by("pk").values_list("hmac_key", "note")) == [
        (f"key {i}", f"note {i}" if i % 2 else None) for i in range(rows)
    ]


def test_reencrypting_stops_at_what_does_not_open(settings: Settings) -> None:
    Vault.objects.create(hmac_key="k")
    settings.FIELD_ENCRYPTION_KEYS = NEW
    with pytest.raises(UnknownKey):
        rotation.reencrypt([Vault])
