"""``connectid doctor``."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat, Left
from pytest_django import Settings

from connectid.cli.tests.conftest import Connectid, start
from connectid.core import clock, keyring
from connectid.jobs.models import Job
from connectid.jobs.tasks import discard_dead_letters
from connectid.oauth.key_uses import VERIFIABLE_CREDENTIAL
from connectid.oauth.models import Client, SigningKey
from connectid.oauth.operations import clients as operations
from connectid.oauth.operations import signing_keys
from connectid.testing.brokers import KINDS, broker
from connectid.testing.vendors import Vendors

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """The folder of an embedded server."""
    settings.DATA_DIR = tmp_path
    return tmp_path


def statuses(connectid: Connectid, *arguments: str, exit_code: int) -> dict[str, Any]:
    result = connectid("doctor", "--json", *arguments)
    assert result.exit_code == exit_code, result.output
    return {finding["check"]: finding["status"] for finding in json.loads(result.stdout)}


@pytest.mark.usefixtures("folder")
def test_a_sound_server(connectid: Connectid) -> None:
    found = statuses(connectid, exit_code=0)
    only_there = {"limits of time"} if connection.vendor == "postgresql" else set()
    assert set(found) == only_there | {
        "environment", "keys", "providers", "folder", "database", "migrations", "clock", "cache", "jobs", "clients", "id tokens", "credentials", "settings",
    }  # fmt: skip
    assert {check for check, status in found.items() if status != "ok"} == {"clients"}


@pytest.mark.usefixtures("folder")
def test_for_people(connectid: Connectid) -> None:
    result = connectid("doctor")
    assert result.exit_code == 0
    assert re.search("^ok +migrations +all applied$", result.output, re.MULTILINE)
    assert "connectid create-admin" in result.output


def test_secrets_that_others_can_read(connectid: Connectid, folder: Path) -> None:
    (folder / "keys.env").touch(mode=0o644)
    assert statuses(connectid, exit_code=1)["folder"] == "failed"


@pytest.mark.usefixtures("folder")
def test_a_clock_that_is_wrong(connectid: Connectid) -> None:
    with clock.frozen(clock.now() - timedelta(minutes=1)):
        assert statuses(connectid, exit_code=1)["clock"] == "failed"


@pytest.mark.usefixtures("folder")
def test_a_key_that_is_lost(connectid: Connectid, settings: Settings) -> None:
    operations.create_client(name="Connect", grant=Client.GRANT_CLIENT_CREDENTIALS)
    assert statuses(connectid, "--keys", exit_code=0)["keys of oauth.Client.client_secret"] == "ok"
    settings.SECRET_HASH_KEYS = keyring.parse(keyring.generate("fresh"))
    assert statuses(connectid, "--keys", exit_code=1)["keys of oauth.Client.client_secret"] == "failed"


@pytest.mark.usefixtures("folder")
def test_pushes_that_nobody_would_take(connectid: Connectid, settings: Settings) -> None:
    with Vendors() as vendors:
        for name in ("PUSH_PROVIDER", "FCM_SERVICE_ACCOUNT", "FCM_API_URL", "GOOGLE_TOKEN_URL"):
            setattr(settings, name, vendors.environment()[name])
        assert statuses(connectid, exit_code=0)["providers"] == "ok"
        assert vendors.pushes == []
        vendors.unregistered.add(
            "connectid-check"
        )  # an address nobody has proves as much as one that somebody has
        assert statuses(connectid, exit_code=0)["providers"] == "ok"
        settings.FCM_API_URL = f"{settings.GOOGLE_TOKEN_URL}/else"
        assert statuses(connectid, exit_code=1)["providers"] == "failed"


@pytest.mark.parametrize("command", ["doctor", "migrate", "serve", "run"])
def test_a_wrong_environment_is_told_whole(command: str, tmp_path: Path) -> None:
    """Every problem at once, each with its variable, and no traceback."""
    process = start(command, folder=tmp_path, ENVIRONMENT="production", LOG_LEVEL="LOUD")
    told, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    for name in ("SECRET_KEY", "DATABASE_URL", "SMS_PROVIDER", "LOG_LEVEL", "CONNECT_URL"):
        assert name in told
    assert "Traceback" not in told


@pytest.mark.usefixtures("folder")
def test_jobs_that_nobody_runs(connectid: Connectid) -> None:
    discard_dead_letters.enqueue()
    assert statuses(connectid, exit_code=0)["jobs"] == "ok"
    Job.objects.update(run_at=clock.now() - timedelta(hours=1))
    assert statuses(connectid, exit_code=0)["jobs"] == "warning"


@pytest.mark.usefixtures("folder")
def test_the_key_that_signs_id_tokens(connectid: Connectid, settings: Settings) -> None:
    made_at = clock.now()
    signing_keys.keys(at=made_at)
    assert statuses(connectid, exit_code=0)["id tokens"] == "ok"
    SigningKey.objects.update(signs_from=made_at - timedelta(days=401))
    assert statuses(connectid, exit_code=0)["id tokens"] == "warning"
    signing_keys.rotate(at=made_at)
    assert statuses(connectid, exit_code=0)["id tokens"] == "ok"
    SigningKey.objects.update(kid=Concat(Value("x"), Left("kid", 42)))  # one that this process has not opened
    settings.FIELD_ENCRYPTION_KEYS = keyring.parse(keyring.generate("fresh"))
    assert statuses(connectid, exit_code=1)["id tokens"] == "failed"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("kind", KINDS)
def test_a_message_broker(connectid: Connectid, settings: Settings, kind: str) -> None:
    with broker(kind) as found:
        settings.CELERY_BROKER_URL, settings.CELERY_QUEUE_PREFIX = found.url, found.prefix
        assert statuses(connectid, exit_code=0)["broker"] == "ok"


@pytest.mark.usefixtures("folder")
def test_a_message_broker_that_does_not_answer(connectid: Connectid, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert statuses(connectid, exit_code=1)["broker"] == "failed"


@pytest.mark.usefixtures("folder")
def test_the_key_that_signs_credentials(connectid: Connectid) -> None:
    made_at, name = clock.now(), "credentials"
    signing_keys.keys(at=made_at, use=VERIFIABLE_CREDENTIAL)
    assert statuses(connectid, exit_code=0)[name] == "ok"
    SigningKey.objects.update(signs_from=made_at - timedelta(days=401))
    assert statuses(connectid, exit_code=0)[name] == "warning"
    signing_keys.rotate(at=made_at, use=VERIFIABLE_CREDENTIAL)
    assert statuses(connectid, exit_code=0)[name] == "ok"
    other = {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43, "use": "sig", "alg": "ES256"}
    SigningKey.objects.update(public_jwk=other)
    assert statuses(connectid, exit_code=1)[name] == "failed"
