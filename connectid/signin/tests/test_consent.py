"""GET and POST /o/sign_in/consent: the last step."""

import pytest
from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth.models import AuthorizationCode, Client
from connectid.oauth.operations import browser_sessions
from connectid.signin.models import Consent
from connectid.signin.tests.flows import REDIRECT, Walk, asked, told
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db


def test_the_page_says_who_asks_what_for_and_who_is_asked(signed_in: Walk, account: Account) -> None:
    signed_in.parameters["scope"] = "openid sync"
    shown = signed_in.get("/consent").content.decode()
    assert "Sign in to Clinic Records?" in shown
    assert "who you are: your name and your phone number" in shown
    assert "the work data that you exchange with it" in shown
    assert "Chikondi Banda" in shown
    assert account.phone_number not in shown.replace(" ", "")


def test_yes_is_remembered_and_brings_a_code(signed_in: Walk, account: Account) -> None:
    answer = signed_in.post("/consent", decision="allow")
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (303, REDIRECT)
    assert set(told(answer)) == {"code", "state", "iss"}
    assert list(Consent.objects.values_list("account_id", "scopes")) == [(account.pk, "openid")]


def test_no_is_told_and_not_remembered(signed_in: Walk) -> None:
    for decision in ("deny", "", "ALLOW"):
        answer = signed_in.post("/consent", decision=decision)
        assert told(answer) == {
            "error": "access_denied",
            "iss": "http://127.0.0.1:8000/o",
            "state": "af0ifjsldkj",
        }
    assert Consent.objects.count() == AuthorizationCode.objects.count() == 0


def test_who_is_not_signed_in_is_not_asked(walk: Walk) -> None:
    for answer in (walk.get("/consent"), walk.post("/consent", decision="allow")):
        assert answer["Location"] == f"/o/authorize/?{walk.query}"
    assert AuthorizationCode.objects.count() == 0


def test_a_session_that_ends_meanwhile_gives_no_code(signed_in: Walk) -> None:
    browser_sessions.end(key=signed_in.browser.cookies["connectid"].value)
    answer = signed_in.post("/consent", decision="allow")
    assert answer["Location"] == f"/o/authorize/?{signed_in.query}"
    assert Consent.objects.count() == 0


def test_another_site_cannot_say_yes(signed_in: Walk) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.cookies = signed_in.browser.cookies
    answer = browser.post(f"/o/sign_in/consent?{signed_in.query}", {"decision": "allow"})
    assert answer.status_code == 403
    assert AuthorizationCode.objects.count() == 0


def test_it_cannot_be_framed_and_runs_no_script(signed_in: Walk) -> None:
    """The form may lead to the client, and from there on."""
    policy = signed_in.get("/consent")["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' https:; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    assert signed_in.get("/consent")["Cache-Control"] == "no-store"


def test_a_client_on_this_machine_may_be_led_to(account: Account, client_app: Client) -> None:
    Client.objects.filter(pk=client_app.pk).update(redirect_uris="http://127.0.0.1/cb")
    walk = Walk(asked(client_app, redirect_uri="http://127.0.0.1:51234/cb"))
    assert "form-action 'self' https: http://127.0.0.1:51234;" in walk.get()["Content-Security-Policy"]


def test_statements(signed_in: Walk) -> None:
    """Client, session; session held, code and consent stored."""
    with clock.frozen(), count_statements() as statements:
        signed_in.post("/consent", decision="allow")
    assert len(statements) == 5
