"""GET /users/fetch_db_key (contract 9; apps up to 2.60)."""

import pytest
from django.test import Client

from connectid.testing.scene import new_phone
from connectid.testing.statements import count_statements

PATH = "/users/fetch_db_key"

pytestmark = pytest.mark.django_db


def test_the_storage_key(client: Client) -> None:
    """9, row 200."""
    phone = new_phone()
    answer = client.get(PATH, headers=phone.headers)
    assert (answer.status_code, answer.json()) == (200, {"db_key": phone.account.storage_key})
    assert answer.headers["X-API-Current-Version"] == "2.0"


@pytest.mark.parametrize("phones", [1, 50])
def test_one_statement_whatever_the_number_of_phones(client: Client, phones: int) -> None:
    """A hot read: at most two statements."""
    phone = [new_phone() for _ in range(phones)][-1]
    with count_statements() as statements:
        client.get(PATH, headers=phone.headers)
    assert len(statements) == 1


def test_only_get(client: Client) -> None:
    """2.1: 405 with Allow."""
    answer = client.post(PATH, headers=new_phone().headers)
    assert (answer.status_code, answer.json()) == (405, {"detail": 'Method "POST" not allowed.'})
    assert answer.headers["Allow"] == "GET, HEAD"
