"""How a person's access token is judged (contract A2; 16, E-03, E-15)."""

from datetime import timedelta

import pytest
from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth.models import AccessToken
from connectid.oauth.operations import revocation
from connectid.testing.scene import new_phone
from connectid.testing.statements import count_statements
from connectid.testing.tokens import new_token, the_app

pytestmark = [pytest.mark.django_db, pytest.mark.urls("connectid.oauth.tests.guarded")]

PATH = "/personal"
REFUSAL = {"detail": "Authentication credentials were not provided."}
MALFORMED = {"detail": "Invalid token header. Token string should not contain spaces."}
CHALLENGE = 'Bearer realm="api"'
INVALID = 'Bearer realm="api", error="invalid_token"'


def test_a_live_token(client: Browser) -> None:
    issued = new_token(scope="openid sync")
    answer = client.get(PATH, headers=issued.headers)
    assert (answer.status_code, answer.json()) == (
        200,
        {"account_id": issued.account.pk, "client_id": the_app().client_id, "scopes": ["openid", "sync"]},
    )


def test_the_scheme_is_not_case_sensitive(client: Browser) -> None:
    """RFC 9110, section 11.1."""
    answer = client.get(PATH, headers={"Authorization": f"bearer {new_token().token}"})
    assert answer.status_code == 200


def test_no_token(client: Browser) -> None:
    answer = client.get(PATH)
    assert (answer.status_code, answer.json()) == (401, REFUSAL)
    assert answer.headers["WWW-Authenticate"] == CHALLENGE


@pytest.mark.parametrize("token", ["unknown", "x" * 8000, "%00", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."])
def test_an_unknown_token(client: Browser, token: str) -> None:
    answer = client.get(PATH, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()) == (401, REFUSAL)
    assert answer.headers["WWW-Authenticate"] == INVALID


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer two words", "Bearer dünn"])
def test_a_malformed_header(client: Browser, header: str) -> None:
    """2.4."""
    answer = client.get(PATH, headers={"Authorization": header})
    assert (answer.status_code, answer.json()) == (401, MALFORMED)


def test_a_token_ends_with_its_second(client: Browser) -> None:
    with clock.frozen() as time:
        issued = new_token(lifetime=timedelta(seconds=60))
        time.advance(seconds=59)
        assert client.get(PATH, headers=issued.headers).status_code == 200
        time.advance(seconds=1)
        assert client.get(PATH, headers=issued.headers).status_code == 401


def test_a_token_of_an_inactive_account(client: Browser) -> None:
    """E-15."""
    issued = new_token()
    Account.objects.filter(pk=issued.account.pk).update(is_active=False)
    answer = client.get(PATH, headers=issued.headers)
    assert (answer.status_code, answer.json()) == (401, REFUSAL)


def test_a_revoked_token(client: Browser) -> None:
    """E-14."""
    issued = new_token()
    revocation.revoke_all(account_id=issued.account.pk)
    assert client.get(PATH, headers=issued.headers).status_code == 401


def test_a_client_s_own_token_speaks_for_nobody(client: Browser) -> None:
    issued = new_token()
    AccessToken.objects.update(user=None)
    assert client.get(PATH, headers=issued.headers).status_code == 401


def test_never_from_the_query_string_or_a_form(client: Browser) -> None:
    """E-03."""
    token = new_token().token
    assert client.get(PATH, {"access_token": token}).status_code == 401
    assert client.post(PATH, {"access_token": token}).status_code == 401


def test_a_device_credential_is_no_token(client: Browser) -> None:
    phone = new_phone()
    assert client.get(PATH, headers=phone.headers).status_code == 401
    bearer = {"Authorization": f"Bearer {phone.credential}"}
    assert client.get(PATH, headers=bearer).status_code == 401


@pytest.mark.parametrize("tokens", [1, 30])
def test_one_statement_whatever_the_number_of_tokens(client: Browser, tokens: int) -> None:
    account = new_token().account
    issued = [new_token(account=account) for _ in range(tokens)][-1]
    with count_statements() as statements:
        client.get(PATH, headers=issued.headers)
    assert len(statements) == 1
