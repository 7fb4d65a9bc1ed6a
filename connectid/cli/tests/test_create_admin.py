"""``connectid create-admin``."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connectid.accounts.models import Account
from connectid.cli.tests.conftest import Connectid

pytestmark = pytest.mark.django_db

type Made = Callable[..., dict[str, Any]]


def test_the_admin_can_sign_in(made: Made, client: Client) -> None:
    printed = made("create-admin")
    response = client.post("/admin/login/?next=/admin/", printed)
    assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200


def test_takes_name_and_password(made: Made) -> None:
    printed = made("create-admin", "--username", "ann", "--password", "correct horse")
    assert printed == {"username": "ann", "password": "correct horse"}
    assert Account.objects.get().password.startswith("argon2id_peppered$")


def test_a_second_one_of_that_name_is_refused_or_gets_a_new_password(
    made: Made, connectid: Connectid, client: Client
) -> None:
    made("create-admin")
    assert connectid("create-admin").exit_code == 1
    printed = made("create-admin", "--reset")
    assert client.login(**printed)


def test_a_worker_is_not_made_an_admin(connectid: Connectid) -> None:
    Account.objects.create(username="0123456789abcdef0123")
    assert connectid("create-admin", "--username", "0123456789abcdef0123", "--reset").exit_code == 1
    assert not Account.objects.get().is_staff
