"""POST /o/token, client credentials grant (RFC 6749 section 4.4)."""

import pytest
from django.test import Client as Browser

from connectid.core import clock
from connectid.oauth.queries import access_tokens
from connectid.oauth.tests.asking import ask, new_server

pytestmark = pytest.mark.django_db

FORM = {"grant_type": "client_credentials"}


def test_a_token_of_its_own(client: Browser) -> None:
    server = new_server()
    answer = ask(client, FORM, server)
    body = answer.json()
    assert answer.status_code == 200
    assert sorted(body) == ["access_token", "expires_in", "scope", "token_type"]
    found = access_tokens.live_token(body["access_token"], at=clock.now())
    assert found is not None
    assert (found.client_id, found.holder) == (server.client_id, None)


def test_credentials_in_the_body(client: Browser) -> None:
    server = new_server()
    secret = {"client_id": server.client_id, "client_secret": server.client_secret}
    assert ask(client, FORM | secret).status_code == 200
