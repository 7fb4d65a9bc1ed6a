"""The cookie of a sign-in under way."""

from datetime import datetime

from django.http import HttpRequest, HttpResponseBase

from connectid.oauth.authentication import browser
from connectid.signin import queries
from connectid.signin.models import SignIn

COOKIE = "connectid-sign-in"


def sign_in_under_way(request: HttpRequest, *, at: datetime) -> SignIn | None:
    """Return this browser's sign-in; no statement where it has no cookie, one otherwise."""
    key = request.COOKIES.get(browser.cookie_name(COOKIE), "")
    return queries.sign_in(key, at=at) if key else None


def remember(response: HttpResponseBase, key: str) -> None:
    """Let the browser go on with this sign-in."""
    browser.set_cookie(response, COOKIE, key)


def finish(response: HttpResponseBase, *, session_key: str) -> None:
    """Let the browser be signed in."""
    browser.delete_cookie(response, COOKIE)
    browser.set_cookie(response, browser.SESSION, session_key)
