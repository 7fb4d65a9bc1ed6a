"""GET and POST /o/authorize for people who are signed in, or not (OpenID Connect Core, 3.1.2)."""

import pytest
from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth import signing
from connectid.oauth.models import AuthorizationCode, Client
from connectid.oauth.operations import revocation
from connectid.recovery.operations import closing
from connectid.signin import limits
from connectid.signin.tests.flows import (
    ISSUER,
    REDIRECT,
    Walk,
    asked,
    exchange,
    leads_to,
    new_client,
    signed_in_walk,
    spend_all,
    told,
)
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account

pytestmark = pytest.mark.django_db


def test_who_consented_goes_back_to_the_client_with_code_state_and_issuer(
    consented: Walk, account: Account
) -> None:
    """RFC 6749, 4.1.2; RFC 9207."""
    answer = consented.authorize()
    assert leads_to(answer) == REDIRECT
    assert set(told(answer)) == {"code", "state", "iss"}
    assert (told(answer)["state"], told(answer)["iss"]) == ("af0ifjsldkj", ISSUER)
    issued = AuthorizationCode.objects.order_by("-pk").values_list("user_id", "redirect_uri", "scope")[0]
    assert issued == (account.pk, REDIRECT, "openid")


def test_no_state_is_invented(consented: Walk) -> None:
    del consented.parameters["state"]
    assert set(told(consented.authorize())) == {"code", "iss"}


def test_a_redirect_address_with_a_query_keeps_it(account: Account) -> None:
    client = new_client(redirect_uris=("https://client.example/cb?tenant=7",), skip_authorization=True)
    walk = signed_in_walk(client, account, redirect_uri="https://client.example/cb?tenant=7")
    assert walk.authorize()["Location"].startswith("https://client.example/cb?tenant=7&code=")


def test_the_code_is_good_for_tokens_of_the_person_with_the_time_of_the_sign_in(
    client_app: Client, account: Account
) -> None:
    """oidcc-server, oidcc-ensure-request-with-valid-pkce-succeeds: the whole way round."""
    with clock.frozen() as now:
        walk = signed_in_walk(client_app, account, nonce="n-0S6_WzA2Mj")
        signed_in_at = int(now.at.timestamp())
        now.advance(minutes=5)
        code = told(walk.post("/consent", decision="allow"))["code"]
        answer = exchange(client_app, code)
        assert answer.status_code == 200
        claims = signing.read(answer.json()["id_token"], at=now.at)
    assert claims is not None
    assert (claims["sub"], claims["aud"]) == (account.username, client_app.client_id)
    assert (claims["auth_time"], claims["nonce"]) == (signed_in_at, "n-0S6_WzA2Mj")


def test_a_code_is_good_for_a_minute(client_app: Client, consented: Walk) -> None:
    with clock.frozen() as now:
        code = told(consented.authorize())["code"]
        now.advance(seconds=61)
        assert exchange(client_app, code).json()["error"] == "invalid_grant"


def test_who_is_not_signed_in_is_sent_to_sign_in_with_the_whole_request(walk: Walk) -> None:
    answer = walk.authorize()
    assert leads_to(answer) == "/o/sign_in"
    assert answer["Location"].partition("?")[2] == walk.query


def test_who_did_not_consent_is_asked(signed_in: Walk) -> None:
    assert leads_to(signed_in.authorize()) == "/o/sign_in/consent"


def test_a_client_of_the_operator_needs_no_consent(account: Account) -> None:
    walk = signed_in_walk(new_client(skip_authorization=True), account)
    assert "code" in told(walk.authorize())


def test_a_consent_counts_for_its_scopes_its_client_and_ninety_days(
    consented: Walk, account: Account
) -> None:
    other = Walk(asked(new_client()), consented.browser)
    assert leads_to(other.authorize()) == "/o/sign_in/consent"
    consented.parameters["scope"] = "openid sync"
    assert leads_to(consented.authorize()) == "/o/sign_in/consent"
    consented.parameters["scope"] = "openid"
    assert "code" in told(consented.authorize())
    with clock.frozen() as now:
        now.advance(days=91)
        again = signed_in_walk(Client.objects.get(client_id=consented.parameters["client_id"]), account)
        assert leads_to(again.authorize()) == "/o/sign_in/consent"


def test_a_browser_session_ends_after_eight_hours(consented: Walk) -> None:
    with clock.frozen() as now:
        now.advance(hours=7, minutes=59)
        assert "code" in told(consented.authorize())
        now.advance(minutes=2)
        assert leads_to(consented.authorize()) == "/o/sign_in"


@pytest.mark.parametrize("both_slashes", ["/o/authorize", "/o/authorize/"])
def test_both_variants_of_the_path_answer(walk: Walk, both_slashes: str) -> None:
    answer = walk.browser.get(f"{both_slashes}?{walk.query}")
    assert leads_to(answer) == "/o/sign_in"


def test_a_posted_request_is_the_same_request(consented: Walk) -> None:
    """oidcc-ensure-post-request-succeeds: from the client's own page, without any token of ours."""
    browser = Browser(enforce_csrf_checks=True)
    browser.cookies = consented.browser.cookies
    answer = browser.post("/o/authorize", consented.parameters)
    assert (answer.status_code, leads_to(answer)) == (303, "/o/authorize/")
    assert "code" in told(browser.get(answer["Location"]))


@pytest.mark.parametrize(
    "given",
    [
        {"acr_values": "1 2"},
        {"display": "popup"},
        {"claims_locales": "se"},
        {"ui_locales": "se"},
        {"login_hint": "alice@example.com"},
        {"claims": '{"userinfo":{"name":{"essential":true}}}'},
        {"extra": "foobar"},
        {"nonce": "n-0S6_WzA2Mj"},
        {"response_mode": "query"},
        {"scope": "openid profile email address phone"},
    ],
    ids="".join,
)
def test_these_parameters_make_no_difference(consented: Walk, given: dict[str, str]) -> None:
    """oidcc-acr-values, -display-popup, -claims-locales, -ui-locales, -login-hint, -claims-essential, unknown ones."""
    consented.parameters |= given
    if "scope" in given:
        consented.post("/consent", decision="allow")
    assert "code" in told(consented.authorize())


@pytest.mark.parametrize("end", ["deactivated", "locked"])
def test_the_session_of_a_closed_account_is_dead_at_once(consented: Walk, account: Account, end: str) -> None:
    close = closing.deactivate if end == "deactivated" else closing.lock
    close(account_id=account.pk, at=clock.now())
    assert leads_to(consented.authorize()) == "/o/sign_in"
    assert AuthorizationCode.objects.filter(user=account).count() == 0


def test_opening_the_account_again_does_not_bring_the_session_back(consented: Walk, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert leads_to(consented.authorize()) == "/o/sign_in"
    revocation.revoke_all(account_id=account.pk)
    Account.objects.filter(pk=account.pk).update(is_active=True)
    assert leads_to(consented.authorize()) == "/o/sign_in"


def test_nothing_of_it_opens_the_admin(signed_in: Walk) -> None:
    staff = new_account(is_staff=True, is_superuser=True)
    walk = signed_in_walk(account=staff)
    for browser in (signed_in.browser, walk.browser):
        assert leads_to(browser.get("/admin/")) == "/admin/login/"


def test_the_cookie_is_kept_from_scripts_and_other_sites(signed_in: Walk) -> None:
    cookie = signed_in.browser.cookies["connectid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")


def test_one_address_is_slowed(consented: Walk) -> None:
    spend_all(limits.AUTHORIZATIONS_PER_ADDRESS)
    for answer in (consented.authorize(), consented.post("/consent", decision="allow")):
        assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)


def test_statements(consented: Walk, statement_budget: StatementBudget) -> None:
    """Client, session, consent; session held, code stored: however many people signed in and consented."""

    def grow(n: int) -> None:
        for _ in range(n):
            signed_in_walk().post("/consent", decision="allow")

    statement_budget(5, cap=20, act=consented.authorize, grow=grow)
