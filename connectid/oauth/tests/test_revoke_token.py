"""POST /o/revoke_token (contract 14.4, RFC 7009)."""

from urllib.parse import urlencode

import pytest
from django.test import Client as Browser

from connectid.core import clock
from connectid.oauth.operations.clients import NewClient
from connectid.oauth.queries import access_tokens
from connectid.oauth.tests.asking import (
    FORM,
    app_form,
    ask,
    code_form,
    new_code,
    new_server,
    new_site,
    refresh_form,
)
from connectid.testing.answers import Answered
from connectid.testing.scene import basic, new_account, new_phone
from connectid.testing.tokens import the_app

pytestmark = pytest.mark.django_db

PATH = "/o/revoke_token/"


def is_live(token: str) -> bool:
    return access_tokens.live_token(token, at=clock.now()) is not None


def revoke(browser: Browser, client: NewClient, token: str, **given: str) -> Answered:
    answer: Answered = browser.post(
        PATH,
        urlencode({"token": token, **given}),
        content_type=FORM,
        headers=basic(client.client_id, client.client_secret),
    )
    return answer


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [{}, {"token_type_hint": "access_token"}, {"token_type_hint": "nonsense"}])
def test_both_of_a_pair_end(client: Browser, kind: str, hint: dict[str, str]) -> None:
    site = new_site()
    pair = ask(client, code_form(new_code(new_account(), site)), site).json()
    answer = revoke(client, site, pair[kind], **hint)
    assert (answer.status_code, answer.content) == (200, b"")
    assert not is_live(pair["access_token"])
    assert ask(client, refresh_form(pair["refresh_token"]), site).status_code == 400


def test_an_unknown_token(client: Browser) -> None:
    assert revoke(client, new_site(), "unknown").status_code == 200


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_another_client_s_token_is_left_alone(client: Browser, kind: str) -> None:
    site, other = new_site(), new_site()
    pair = ask(client, code_form(new_code(new_account(), site)), site).json()
    assert revoke(client, other, pair[kind]).status_code == 200
    assert is_live(pair["access_token"])
    assert ask(client, refresh_form(pair["refresh_token"]), site).status_code == 200


def test_the_app_revokes_by_its_id(client: Browser) -> None:
    app = the_app()
    pair = ask(client, app_form(new_phone())).json()
    form = {"token": pair["access_token"], "client_id": app.client_id}
    assert client.post(PATH, urlencode(form), content_type=FORM).status_code == 200
    assert not is_live(pair["access_token"])


def test_a_server_s_own_token(client: Browser) -> None:
    server = new_server()
    first, second = (ask(client, {"grant_type": "client_credentials"}, server).json() for _ in range(2))
    assert revoke(client, server, first["access_token"]).status_code == 200
    assert (is_live(first["access_token"]), is_live(second["access_token"])) == (False, True)


def test_an_unknown_client(client: Browser) -> None:
    answer = revoke(client, NewClient("nobody", "nothing"), "x")
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def test_no_token(client: Browser) -> None:
    answer = revoke(client, new_site(), "")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
