"""The cookie of a browser session: what the authorization endpoint, the sign-in pages and the end of a session know people by."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from connectid.oauth.operations import browser_sessions as operations
from connectid.oauth.queries import browser_sessions
from connectid.oauth.queries.browser_sessions import SignedIn


def cookie_name(name: str) -> str:
    """The name of a cookie of ours. The prefix makes browsers refuse one that another host of our domain tries to set."""
    return f"__Host-{name}" if settings.SESSION_COOKIE_SECURE else name


def set_cookie(response: HttpResponseBase, name: str, value: str) -> None:
    """Set a cookie that no script reads, no other site sends along but by a link, and that is gone when the browser closes."""
    response.set_cookie(
        cookie_name(name), value, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def delete_cookie(response: HttpResponseBase, name: str) -> None:
    """Have the browser forget a cookie; it does so only if told with the same attributes."""
    response.set_cookie(
        cookie_name(name), "", max_age=0, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


SESSION = "connectid"


def session_key(request: HttpRequest) -> str:
    """The key of this browser's session; empty where it has none."""
    return request.COOKIES.get(cookie_name(SESSION), "")


def signed_in(request: HttpRequest, *, at: datetime) -> SignedIn | None:
    """Return who signed in with this browser; no statement where it has no cookie, one otherwise."""
    key = session_key(request)
    return browser_sessions.signed_in(key, at=at) if key else None


def sign_out(request: HttpRequest, response: HttpResponseBase) -> None:
    """End this browser's session and have the browser forget it."""
    key = session_key(request)
    if key:
        operations.end(key=key)
    delete_cookie(response, SESSION)
