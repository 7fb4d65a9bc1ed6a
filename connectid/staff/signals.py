"""Signing in and out is on record too."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from connectid.staff import trail


def connect() -> None:
    """Listen to Django's signals; phones and the sign-in pages of workers send none of them."""
    user_logged_in.connect(_signed_in, dispatch_uid="staff.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="staff.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="staff.failed")


def _signed_in(*, request: HttpRequest, user: Any, **_signal: Any) -> None:
    trail.record(request, "signed in", target=user, staff=user.get_username())


def _signed_out(*, request: HttpRequest, user: Any, **_signal: Any) -> None:
    if user is not None:
        trail.record(request, "signed out", target=user, staff=user.get_username())


def _failed(*, credentials: dict[str, Any], request: HttpRequest | None = None, **_signal: Any) -> None:
    if request is not None:
        trail.record(request, "failed to sign in", staff=str(credentials.get("username") or "?"))
