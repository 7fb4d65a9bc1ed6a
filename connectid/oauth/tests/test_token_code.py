"""POST /o/token, authorization code grant with PKCE (contract 14.6; RFC 6749 section 4.1, RFC 7636, RFC 9700)."""

import pytest
from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth.models import AccessToken, AuthorizationCode
from connectid.oauth.queries import access_tokens
from connectid.oauth.tests.asking import INVALID_CODE, ask, code_form, new_code, new_site, refresh_form
from connectid.testing.scene import new_account

pytestmark = pytest.mark.django_db


def is_live(token: str) -> bool:
    return access_tokens.live_token(token, at=clock.now()) is not None


@pytest.mark.parametrize("public", [True, False])
def test_a_code_is_exchanged(client: Browser, public: bool) -> None:
    site, account = new_site(public=public), new_account()
    answer = ask(client, code_form(new_code(account, site)), site)
    body = answer.json()
    assert (answer.status_code, body["scope"], body["expires_in"]) == (200, "openid", 36000)
    found = access_tokens.user_token(body["access_token"], at=clock.now())
    assert found is not None
    assert (found.username, found.client_id) == (account.username, site.client_id)
    assert ask(client, refresh_form(body["refresh_token"]), site).status_code == 200


def test_a_code_lives_a_minute(client: Browser) -> None:
    site, account = new_site(), new_account()
    with clock.frozen() as time:
        first, second = new_code(account, site), new_code(account, site)
        time.advance(seconds=59)
        assert ask(client, code_form(first), site).status_code == 200
        time.advance(seconds=1)
        answer = ask(client, code_form(second), site)
    assert (answer.status_code, answer.json()) == (400, INVALID_CODE)


def test_a_code_that_comes_again_ends_what_it_gave(client: Browser) -> None:
    """RFC 6749 section 4.1.2; oidcc-codereuse."""
    site, account = new_site(), new_account()
    code = new_code(account, site)
    first = ask(client, code_form(code), site).json()
    next_pair = ask(client, refresh_form(first["refresh_token"]), site).json()
    again = ask(client, code_form(code), site)
    assert (again.status_code, again.json()) == (400, INVALID_CODE)
    assert not is_live(first["access_token"])
    assert not is_live(next_pair["access_token"])
    assert ask(client, refresh_form(next_pair["refresh_token"]), site).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "unknown"},
        {"redirect_uri": "https://site.example/back/"},
        {"redirect_uri": "https://site.example/back?x=1"},
        {"redirect_uri": "HTTPS://site.example/back"},
        {"redirect_uri": ""},
        {"code_verifier": "w" * 43},
        {"code_verifier": "v" * 42},
        {"code_verifier": ""},
    ],
)
def test_what_does_not_fit(client: Browser, wrong: dict[str, str]) -> None:
    site, account = new_site(), new_account()
    answer = ask(client, code_form(new_code(account, site)) | wrong, site)
    assert (answer.status_code, answer.json()) == (400, INVALID_CODE)
    assert not AccessToken.objects.exists()


def test_an_attempt_that_fails_does_not_use_up_the_code(client: Browser) -> None:
    site, account = new_site(), new_account()
    code = new_code(account, site)
    ask(client, code_form(code, code_verifier="w" * 43), site)
    assert ask(client, code_form(code), site).status_code == 200


def test_plain_is_no_method(client: Browser) -> None:
    """A challenge that is the verifier itself matches nothing."""
    site, account = new_site(), new_account()
    code = new_code(account, site, code_challenge="v" * 43)
    assert ask(client, code_form(code), site).json() == INVALID_CODE


def test_a_verifier_without_a_challenge(client: Browser) -> None:
    """RFC 9700 section 4.8.2: PKCE downgrade."""
    site, account = new_site(), new_account()
    code = new_code(account, site, code_challenge="")
    assert ask(client, code_form(code), site).json() == INVALID_CODE
    assert ask(client, code_form(code, code_verifier=""), site).status_code == 200


def test_a_public_client_needs_pkce(client: Browser) -> None:
    site, account = new_site(public=True), new_account()
    code = new_code(account, site, code_challenge="")
    assert ask(client, code_form(code, code_verifier=""), site).json() == INVALID_CODE


def test_a_code_of_another_client(client: Browser) -> None:
    site, other, account = new_site(), new_site(), new_account()
    code = new_code(account, site)
    assert ask(client, code_form(code), other).json() == INVALID_CODE
    assert ask(client, code_form(code), site).status_code == 200


def test_a_code_of_a_closed_account(client: Browser) -> None:
    site, account = new_site(), new_account()
    code = new_code(account, site)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert ask(client, code_form(code), site).json() == INVALID_CODE


def test_the_redirect_address_may_be_left_out_at_both(client: Browser) -> None:
    site, account = new_site(), new_account()
    code = new_code(account, site, redirect_uri="")
    form = code_form(code)
    del form["redirect_uri"]
    assert ask(client, form, site).status_code == 200


def test_only_a_checksum_is_stored(client: Browser) -> None:
    code = new_code(new_account(), new_site())
    assert code not in repr(list(AuthorizationCode.objects.values()))
