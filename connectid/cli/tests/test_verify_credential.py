"""``connectid verify-credential`` and ``rotate-credential-key``: a credential checked with nothing but files."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from connectid.cli.tests.conftest import Connectid
from connectid.core import clock
from connectid.credentials.operations import revoking
from connectid.testing.issuers import new_award, new_issuer
from connectid.testing.scene import new_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(client: Client, tmp_path: Path) -> Path:
    """What a phone and a browser saved: credential, keys, status list before and after it was revoked."""
    phone = new_phone()
    award = new_award(new_issuer(), phone.account.pk)
    saved: dict[str, str] = {
        "credential.jwt": f"/users/credentials/{award.uuid}/verifiable",
        "keys.json": "/.well-known/vc-jwks.json",
        "list.jwt": "/credentials/status/1",
    }
    for name, path in saved.items():
        (tmp_path / name).write_bytes(client.get(path, headers=phone.headers).content)
    revoking.revoke(award_ids=[award.pk], reason="test", at=clock.now())
    (tmp_path / "later.jwt").write_bytes(client.get("/credentials/status/1").content)
    return tmp_path


def verify(connectid: Connectid, files: Path, *options: str, name: str = "credential.jwt") -> tuple[int, Any]:
    result = connectid("verify-credential", str(files / name), "--jwks", str(files / "keys.json"), *options)
    return result.exit_code, json.loads(result.stdout.splitlines()[-1])


def test_it_holds(connectid: Connectid, files: Path) -> None:
    code, told = verify(connectid, files, "--status-list", str(files / "list.jwt"))
    assert (code, told["valid"], told["revoked"]) == (0, True, False)
    assert (told["name"], told["awarded_by"]) == ("Active for three months in Antenatal Care", "CommCare HQ")
    assert told["status_list"].endswith("/credentials/status/1")
    code, told = verify(connectid, files)
    assert (code, told["valid"], told["revoked"]) == (0, True, None)  # nobody looked


def test_it_does_not(connectid: Connectid, files: Path) -> None:
    told = [
        verify(connectid, files, "--status-list", str(files / "later.jwt")),
        verify(connectid, files, "--at", "2099-01-01"),
        verify(connectid, files, "--status-list", str(files / "credential.jwt")),
        verify(connectid, files, name="keys.json"),
    ]
    assert [(code, said["valid"], said["reason"]) for code, said in told] == [
        (1, False, "revoked"),
        (1, False, "expired"),
        (1, False, "other_list"),
        (1, False, "not_signed"),
    ]


def test_files_that_are_none_of_these(connectid: Connectid, files: Path) -> None:
    (files / "binary").write_bytes(b"\xff\xfe")
    credential, keys = str(files / "credential.jwt"), str(files / "keys.json")
    assert connectid("verify-credential", credential, "--jwks", credential).exit_code == 1
    assert connectid("verify-credential", str(files / "binary"), "--jwks", keys).exit_code == 1
    assert connectid("verify-credential", str(files / "nothing"), "--jwks", keys).exit_code == 2
    assert connectid("verify-credential", credential, "--jwks", keys, "--at", "soon").exit_code == 2


def test_rotating_the_key(connectid: Connectid, files: Path, client: Client) -> None:
    """The new one is published beside the old one; after a leak it is alone."""
    result = connectid("rotate-credential-key")
    assert len(json.loads(result.stdout.splitlines()[-1])) == 2
    assert connectid("rotate-credential-key").exit_code == 1  # one waits already
    assert connectid("rotate-credential-key", "--now").exit_code == 0
    assert len(client.get("/.well-known/vc-jwks.json").json()["keys"]) == 2
    assert verify(connectid, files)[0] == 0
    connectid("rotate-credential-key", "--leaked")
    (files / "keys.json").write_bytes(client.get("/.well-known/vc-jwks.json").content)
    assert verify(connectid, files)[1]["reason"] == "unknown_key"
