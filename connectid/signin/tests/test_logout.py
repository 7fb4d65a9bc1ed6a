"""GET and POST /o/logout (OpenID Connect RP-Initiated Logout 1.0; safety: its eleven modules, `rp-initiated-logout-` dropped)."""

from urllib.parse import urlencode

import pytest
from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth.authentication.browser import SESSION, cookie_name
from connectid.oauth.models import AccessToken, BrowserSession, Client
from connectid.oauth.operations import browser_sessions
from connectid.signin.tests.flows import Walk, asked
from connectid.signin.tests.logging_out import AFTERWARDS, PATH, get, hint, is_signed_in, returning_client
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account
from connectid.testing.tokens import new_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_app(db: None) -> Client:
    """A client that has people sent back after they signed out."""
    return returning_client()


def test_signed_out_and_sent_back(signed_in: Walk, client_app: Client, account: Account) -> None:
    """(the plain one): with the hint, at once, and with the state."""
    answer = get(
        signed_in,
        id_token_hint=hint(client_app, account),
        post_logout_redirect_uri=AFTERWARDS,
        state="a b&c",
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{AFTERWARDS}?state=a+b%26c")
    assert not is_signed_in(signed_in)
    assert not BrowserSession.objects.exists()


def test_no_state(signed_in: Walk, client_app: Client, account: Account) -> None:
    answer = get(signed_in, id_token_hint=hint(client_app, account), post_logout_redirect_uri=AFTERWARDS)
    assert answer.headers["Location"] == AFTERWARDS


def test_an_address_with_a_query(signed_in: Walk, client_app: Client, account: Account) -> None:
    answer = get(
        signed_in,
        id_token_hint=hint(client_app, account),
        post_logout_redirect_uri="https://client.example/other?a=1",
        state="s",
    )
    assert answer.headers["Location"] == "https://client.example/other?a=1&state=s"


def test_no_post_logout_redirect_uri(signed_in: Walk, client_app: Client, account: Account) -> None:
    answer = get(signed_in, id_token_hint=hint(client_app, account), state="s")
    assert (answer.status_code, b"You are signed out" in answer.content) == (200, True)
    assert not is_signed_in(signed_in)


@pytest.mark.parametrize("parameters", [{}, {"state": "s"}])
def test_no_params_and_only_state(signed_in: Walk, parameters: dict[str, str]) -> None:
    """Without a hint the person is asked; nothing ends before they answer."""
    answer = get(signed_in, **parameters)
    assert (answer.status_code, b"Sign out?" in answer.content) == (200, True)
    assert is_signed_in(signed_in)


def test_no_id_token_hint(signed_in: Walk, client_app: Client) -> None:
    """Nobody knows whose the address is, so it counts for nothing; with a client id it does, but the person is asked."""
    refused = get(signed_in, post_logout_redirect_uri=AFTERWARDS)
    assert (refused.status_code, is_signed_in(signed_in)) == (400, True)
    query = {"post_logout_redirect_uri": AFTERWARDS, "client_id": client_app.client_id, "state": "s"}
    asked = get(signed_in, **query)
    assert b"Sign out?" in asked.content
    answer = signed_in.browser.post(f"{PATH}?{urlencode(query)}", {"decision": "sign_out"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{AFTERWARDS}?state=s")
    assert not is_signed_in(signed_in)


def test_an_expired_hint_still_names_its_person(
    signed_in: Walk, client_app: Client, account: Account
) -> None:
    """Section 4: sessions at clients outlive id tokens."""
    past = int(clock.now().timestamp()) - 60
    answer = get(
        signed_in,
        id_token_hint=hint(client_app, account, exp=past),
        post_logout_redirect_uri=AFTERWARDS,
    )
    assert answer.headers["Location"] == AFTERWARDS


def test_a_hint_of_another_person_asks(signed_in: Walk, client_app: Client) -> None:
    """Section 2: the person in front of the browser decides, and only about the browser."""
    other = new_account()
    kept = new_token(account=other, client=client_app)
    query = urlencode({"id_token_hint": hint(client_app, other)})
    assert b"Sign out?" in signed_in.browser.get(f"{PATH}?{query}").content
    signed_in.browser.post(f"{PATH}?{query}", {"decision": "sign_out"})
    assert not is_signed_in(signed_in)
    assert AccessToken.objects.get().user_id == kept.account.pk


def test_staying_signed_in(signed_in: Walk) -> None:
    answer = signed_in.browser.post(PATH, {"decision": "stay"})
    assert (answer.status_code, b"You are still signed in" in answer.content) == (200, True)
    assert is_signed_in(signed_in)


def test_nobody_is_signed_in(client_app: Client, account: Account) -> None:
    browser = Browser()
    assert b"You are signed out" in browser.get(PATH).content
    sent = browser.get(
        PATH, {"client_id": client_app.client_id, "post_logout_redirect_uri": AFTERWARDS, "state": "s"}
    )
    assert sent.headers["Location"] == f"{AFTERWARDS}?state=s"
    assert b"You are signed out" in browser.post(PATH, {"decision": "sign_out"}).content


def test_what_the_client_holds_ends_and_nothing_else(
    signed_in: Walk, client_app: Client, account: Account
) -> None:
    new_token(account=account, client=client_app)
    phone = new_token(account=account)
    other = new_token(client=client_app)
    get(signed_in, id_token_hint=hint(client_app, account))
    left = {*AccessToken.objects.values_list("user_id", flat=True)}
    assert left == {phone.account.pk, other.account.pk}
    assert AccessToken.objects.count() == 2


def test_other_browsers_stay_signed_in(signed_in: Walk, client_app: Client, account: Account) -> None:
    elsewhere = Walk(asked(client_app))
    elsewhere.browser.cookies[cookie_name(SESSION)] = browser_sessions.start(
        account_id=account.pk, at=clock.now()
    )
    get(signed_in, id_token_hint=hint(client_app, account))
    assert (is_signed_in(signed_in), is_signed_in(elsewhere)) == (False, True)


def test_a_client_s_form_becomes_a_get(signed_in: Walk, client_app: Client, account: Account) -> None:
    """Section 2: POST too. Its form brings no cookie of ours along (SameSite), the GET that follows does."""
    strict = Browser(enforce_csrf_checks=True)
    form = {
        "id_token_hint": hint(client_app, account),
        "post_logout_redirect_uri": AFTERWARDS,
        "state": "s",
        "unknown": "x",
    }
    answer = strict.post(PATH, form)
    assert answer.status_code == 303
    assert "unknown" not in answer.headers["Location"]
    assert is_signed_in(signed_in)
    end = signed_in.browser.get(answer.headers["Location"])
    assert end.headers["Location"] == f"{AFTERWARDS}?state=s"


def test_our_own_form_is_protected(signed_in: Walk) -> None:
    """Another site cannot sign somebody out by posting the answer."""
    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = signed_in.browser.cookies
    assert strict.post(PATH, {"decision": "sign_out"}).status_code == 403
    assert is_signed_in(signed_in)


def test_nothing_is_kept(signed_in: Walk) -> None:
    answer = get(signed_in)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script" not in answer.headers["Content-Security-Policy"]


def test_other_languages(signed_in: Walk) -> None:
    assert get(signed_in, ui_locales="fr").headers["Content-Language"] == "fr"


def test_statements(
    signed_in: Walk, client_app: Client, account: Account, statement_budget: StatementBudget
) -> None:
    statement_budget(
        3,
        grow=lambda n: [new_token(account=account, client=client_app) for _ in range(n)],
        act=lambda: get(signed_in, client_id=client_app.client_id),
    )


@pytest.mark.parametrize("tokens", [1, 20])
def test_statements_of_signing_out(
    signed_in: Walk,
    client_app: Client,
    account: Account,
    statement_budget: StatementBudget,
    tokens: int,
) -> None:
    for _ in range(tokens):
        new_token(account=account, client=client_app)
    named = hint(client_app, account)
    with statement_budget.at_most(7):
        get(signed_in, id_token_hint=named)
    assert not AccessToken.objects.exists()
