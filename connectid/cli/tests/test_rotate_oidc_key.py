"""``connectid rotate-oidc-key``: the last line is JSON, the published keys, the oldest first."""

import json

import pytest

from connectid.cli.tests.conftest import Connectid
from connectid.core import clock
from connectid.oauth.operations import signing_keys

pytestmark = pytest.mark.django_db


def kids(connectid: Connectid, *options: str) -> list[str]:
    result = connectid("rotate-oidc-key", *options)
    assert result.exit_code == 0, result.output
    return [key["kid"] for key in json.loads(result.output.splitlines()[-1])]


def test_the_next_key_waits(connectid: Connectid) -> None:
    (old,) = signing_keys.keys(at=clock.now()).keys
    assert kids(connectid)[0] == old.kid
    signing = signing_keys.keys(at=clock.now()).signing(clock.now())
    assert signing is not None
    assert signing.kid == old.kid


def test_twice_in_a_day(connectid: Connectid) -> None:
    kids(connectid)
    result = connectid("rotate-oidc-key")
    assert result.exit_code == 1
    assert "--now" in result.output


def test_now(connectid: Connectid) -> None:
    first, second = kids(connectid, "--now")
    signing = signing_keys.keys(at=clock.now()).signing(clock.now())
    assert signing is not None
    assert (signing.kid, first != second) == (second, True)


def test_leaked(connectid: Connectid) -> None:
    (old,) = signing_keys.keys(at=clock.now()).keys
    (left,) = kids(connectid, "--leaked")
    assert left != old.kid
