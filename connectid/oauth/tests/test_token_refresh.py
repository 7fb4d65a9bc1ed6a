"""POST /o/token, refresh token grant: rotation and reuse (contract 14.6; RFC 6749 section 6, RFC 9700 section 4.14.2)."""

import pytest
from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth.queries import access_tokens
from connectid.oauth.tests.asking import (
    INVALID_REFRESH_TOKEN,
    app_form,
    ask,
    code_form,
    new_code,
    new_site,
    refresh_form,
)
from connectid.testing.scene import new_account, new_phone
from connectid.testing.tokens import the_app

pytestmark = pytest.mark.django_db


def is_live(token: str) -> bool:
    return access_tokens.live_token(token, at=clock.now()) is not None


def test_rotation(client: Browser) -> None:
    site = new_site()
    first = ask(client, code_form(new_code(new_account(), site, scope="openid sync")), site).json()
    answer = ask(client, refresh_form(first["refresh_token"]), site)
    second = answer.json()
    assert (answer.status_code, second["scope"], second["expires_in"]) == (200, "openid sync", 36000)
    assert (
        len({first["refresh_token"], second["refresh_token"], first["access_token"], second["access_token"]})
        == 4
    )
    assert is_live(second["access_token"])
    assert not is_live(first["access_token"])
    assert ask(client, refresh_form(second["refresh_token"]), site).status_code == 200


def test_a_reused_token_ends_its_family(client: Browser) -> None:
    site, account = new_site(), new_account()
    first = ask(client, code_form(new_code(account, site)), site).json()
    unrelated = ask(client, code_form(new_code(account, site)), site).json()
    second = ask(client, refresh_form(first["refresh_token"]), site).json()
    third = ask(client, refresh_form(second["refresh_token"]), site).json()
    again = ask(client, refresh_form(first["refresh_token"]), site)
    assert (again.status_code, again.json()) == (400, INVALID_REFRESH_TOKEN)
    assert not is_live(third["access_token"])
    assert ask(client, refresh_form(third["refresh_token"]), site).status_code == 400
    assert is_live(unrelated["access_token"])
    assert ask(client, refresh_form(unrelated["refresh_token"]), site).status_code == 200


def test_the_app_s(client: Browser) -> None:
    """14.6: the former server answers 500."""
    client_id = the_app().client_id
    first = ask(client, app_form(new_phone())).json()
    answer = ask(client, refresh_form(first["refresh_token"], client_id=client_id, scope="openid"))
    assert (answer.status_code, is_live(answer.json()["access_token"])) == (200, True)


def test_scopes_narrow_and_never_widen(client: Browser) -> None:
    site = new_site()
    first = ask(client, code_form(new_code(new_account(), site, scope="openid sync")), site).json()
    refused = ask(client, refresh_form(first["refresh_token"], scope="openid sync more"), site)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    narrowed = ask(client, refresh_form(first["refresh_token"], scope="sync"), site)
    assert (narrowed.status_code, narrowed.json()["scope"]) == (200, "sync")


def test_another_client_s(client: Browser) -> None:
    site, other = new_site(), new_site()
    first = ask(client, code_form(new_code(new_account(), site)), site).json()
    assert ask(client, refresh_form(first["refresh_token"]), other).json() == INVALID_REFRESH_TOKEN
    assert ask(client, refresh_form(first["refresh_token"]), site).status_code == 200


@pytest.mark.parametrize(("app", "days"), [(False, 30), (True, 1)])
def test_it_ends_by_itself(client: Browser, app: bool, days: int) -> None:
    site = new_site()
    with clock.frozen() as time:
        given = {"client_id": the_app().client_id} if app else {}
        for seconds, status in ((-1, 200), (0, 400)):
            form = app_form(new_phone()) if app else code_form(new_code(new_account(), site))
            pair = ask(client, form, None if app else site).json()
            time.advance(days=days, seconds=seconds)
            answer = ask(client, refresh_form(pair["refresh_token"], **given), None if app else site)
            assert answer.status_code == status


def test_a_closed_account_s(client: Browser) -> None:
    site, account = new_site(), new_account()
    first = ask(client, code_form(new_code(account, site)), site).json()
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert ask(client, refresh_form(first["refresh_token"]), site).json() == INVALID_REFRESH_TOKEN


def test_an_access_token_is_none(client: Browser) -> None:
    site = new_site()
    first = ask(client, code_form(new_code(new_account(), site)), site).json()
    assert ask(client, refresh_form(first["access_token"]), site).json() == INVALID_REFRESH_TOKEN
