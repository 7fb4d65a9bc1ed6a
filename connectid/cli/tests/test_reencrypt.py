"""``connectid reencrypt``: step 3 of docs/howto/rotate-keys.md."""

import base64

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import connection
from django.test import override_settings

from connectid.cli.reencrypt import reencrypt
from connectid.core import keyring
from connectid.testing.scene import new_account


@pytest.mark.django_db
def test_what_is_under_an_old_key_is_rewritten_once() -> None:
    account = new_account()
    new = keyring.parse("new:" + base64.b64encode(b"n" * 32).decode())
    with override_settings(FIELD_ENCRYPTION_KEYS=keyring.KeyRing([*new, *settings.FIELD_ENCRYPTION_KEYS])):
        assert CliRunner().invoke(reencrypt).output == "1 values rewritten.\n"
        assert CliRunner().invoke(reencrypt).output == "0 values rewritten.\n"
    with connection.cursor() as cursor:
        cursor.execute("SELECT storage_key FROM accounts_account WHERE id = %s", [account.pk])
        assert cursor.fetchone()[0].startswith("new$")
