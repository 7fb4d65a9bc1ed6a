"""When /o/authorize wants the person to sign in or consent anew: prompt, max_age, id_token_hint (OpenID Connect Core, 3.1.2.1)."""

from datetime import datetime, timedelta

import pytest

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth import signing
from connectid.oauth.models import AuthorizationCode
from connectid.signin.tests.flows import ISSUER, Walk, leads_to, told
from connectid.testing.scene import new_account

pytestmark = pytest.mark.django_db


def test_prompt_login_asks_again_once_and_tells_the_new_time(consented: Walk, account: Account) -> None:
    """oidcc-prompt-login."""
    before = AuthorizationCode.objects.count()
    consented.parameters["prompt"] = "login"
    assert leads_to(consented.authorize()) == "/o/sign_in"
    assert leads_to(consented.get("/consent")) == "/o/authorize/"
    with clock.frozen() as now:
        now.advance(minutes=5)
        answer = consented.sign_in(account)
        assert leads_to(answer) == "/o/authorize/"
        assert "prompt" not in answer["Location"]
        assert "code" in told(consented.browser.get(answer["Location"]))
    assert AuthorizationCode.objects.count() == before + 1


def test_prompt_consent_asks_although_it_was_given(consented: Walk) -> None:
    consented.parameters["prompt"] = "consent"
    assert leads_to(consented.authorize()) == "/o/sign_in/consent"
    assert "code" in told(consented.post("/consent", decision="allow"))


def test_prompt_login_consent_asks_for_both(consented: Walk, account: Account) -> None:
    consented.parameters["prompt"] = "login consent"
    with clock.frozen() as now:
        now.advance(minutes=5)
        answer = consented.sign_in(account)
    assert "prompt=consent" in answer["Location"]
    assert leads_to(consented.browser.get(answer["Location"])) == "/o/sign_in/consent"


def test_prompt_none_answers_without_any_page(consented: Walk) -> None:
    """oidcc-prompt-none-logged-in."""
    consented.parameters["prompt"] = "none"
    assert "code" in told(consented.authorize())


def test_prompt_none_says_what_is_missing(signed_in: Walk, walk: Walk) -> None:
    """oidcc-prompt-none-not-logged-in."""
    walk.parameters["prompt"] = signed_in.parameters["prompt"] = "none"
    assert told(walk.authorize())["error"] == "login_required"
    assert told(signed_in.authorize())["error"] == "consent_required"


def test_max_age_asks_who_signed_in_too_long_ago(consented: Walk, account: Account) -> None:
    """oidcc-max-age-1 and -10000."""
    with clock.frozen() as now:
        now.advance(seconds=120)
        consented.parameters["max_age"] = "10000"
        assert "code" in told(consented.authorize())
        consented.parameters["max_age"] = "1"
        assert leads_to(consented.authorize()) == "/o/sign_in"
        consented.parameters["prompt"] = "none"
        assert told(consented.authorize())["error"] == "login_required"
        del consented.parameters["prompt"]
        answer = consented.sign_in(account)
        assert "code" in told(consented.browser.get(answer["Location"]))


def hint(client_id: str, subject: str, *, issued: datetime) -> str:
    """An id token of an earlier sign-in, expired since."""
    times = {"iat": int(issued.timestamp()), "exp": int(issued.timestamp()) + 60}
    return signing.sign({"iss": ISSUER, "sub": subject, "aud": client_id, **times}, at=clock.now())


def test_a_hint_at_the_person_who_is_signed_in_changes_nothing(consented: Walk, account: Account) -> None:
    """oidcc-id-token-hint; the token may have expired."""
    day_ago = clock.now() - timedelta(days=1)
    consented.parameters["prompt"] = "none"
    consented.parameters["id_token_hint"] = hint(
        consented.parameters["client_id"], account.username, issued=day_ago
    )
    assert "code" in told(consented.authorize())


def test_a_hint_at_another_person_asks_for_that_person(consented: Walk, account: Account) -> None:
    """And who then signs in as somebody else does not get in: the client would not know it."""
    other = new_account()
    day_ago = clock.now() - timedelta(days=1)
    consented.parameters["id_token_hint"] = hint(
        consented.parameters["client_id"], other.username, issued=day_ago
    )
    assert told(Walk(consented.parameters | {"prompt": "none"}, consented.browser).authorize())["error"] == (
        "login_required"
    )
    assert leads_to(consented.authorize()) == "/o/sign_in"
    assert leads_to(consented.get("/consent")) == "/o/authorize/"
    with clock.frozen() as now:
        now.advance(minutes=5)
        refused = consented.sign_in(account)
        assert told(refused)["error"] == "login_required"
        assert leads_to(consented.sign_in(other)) == "/o/authorize/"
    assert leads_to(consented.authorize()) == "/o/sign_in/consent"


@pytest.mark.parametrize("token", ["", "x", "e30.e30.", "another client's"])
def test_a_hint_that_means_nothing_to_us_is_none(consented: Walk, token: str) -> None:
    if token == "another client's":
        token = hint("another", new_account().username, issued=clock.now())
    consented.parameters["id_token_hint"] = token
    assert "code" in told(consented.authorize())
