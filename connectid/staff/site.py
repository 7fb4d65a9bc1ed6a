"""The admin site: Django's, with limits on signing in and a record of every request that does something.

What a form changes and its record commit together: neither is there without the other. Looking at one row is recorded too.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.db import transaction
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from connectid.core import clock, ratelimit
from connectid.core.ratelimit import Throttled
from connectid.staff import limits, trail
from connectid.verification import counters
from connectid.verification.counters import Taking
from connectid.web.limiting import block_of

type View = Callable[..., HttpResponseBase]

READING = ("GET", "HEAD", "OPTIONS")


class StaffSignIn(AdminAuthenticationForm):
    """Name and password; each try is counted before it is looked at."""

    def clean(self) -> dict[str, Any]:
        """Count, then compare; a right password gives its try back."""
        assert self.request is not None
        trying = Taking(limits.SIGN_INS_PER_NAME, str(self.cleaned_data.get("username", ""))[:150])
        try:
            _count(self.request, trying)
        except Throttled as throttled:
            cast(Any, self.request).throttled = throttled
            raise ValidationError("Too many tries. Come back later.") from throttled
        cleaned = super().clean()
        counters.settle(trying, prefix=None)
        return cleaned


def _count(request: HttpRequest, trying: Taking) -> None:
    ratelimit.spend(limits.SIGN_INS_PER_ADDRESS, block_of(request))
    at = clock.now()
    if not counters.take([trying], at=at):
        raise Throttled(retry_after=counters.why([trying], at=at).retry_after)


class StaffSite(AdminSite):
    """Where staff work."""

    login_form = StaffSignIn

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Let a member of staff in; 429 once somebody tried too often."""
        response = super().login(request, extra_context)
        throttled: Throttled | None = getattr(request, "throttled", None)
        if throttled is not None:
            response.status_code = 429
            response.headers["Retry-After"] = str(throttled.retry_after or 60)
        return response

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # type: ignore[override]
        """Guard a view as Django does, and put what it does on record."""
        return super().admin_view(_on_record(view), cacheable)


def _on_record(view: View) -> View:
    @wraps(view)
    def recorded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in READING:
            response = view(request, *args, **kwargs)
            _record_look(request, response)
            return response
        begun = clock.now()
        with transaction.atomic():
            response = view(request, *args, **kwargs)
            _record_deed(request, response, begun)
        return response

    return recorded


def _record_look(request: HttpRequest, response: HttpResponseBase) -> None:
    """Note that somebody looked at one row, unless the view did so; lists show masks, and are not recorded."""
    name, target_id = _where(request)
    if (
        response.status_code != 200
        or trail.is_recorded(request)
        or not name.endswith(("_change", "_history"))
    ):
        return
    trail.add(request, "viewed", _model(name), target_id, "")


def _record_deed(request: HttpRequest, response: HttpResponseBase, begun: datetime) -> None:
    """Note what a form did: as Django's own log of this request tells it, or at least that it was sent."""
    from django.contrib.admin.models import LogEntry  # models are not there yet when the site is imported

    done = (
        LogEntry.objects.filter(user_id=request.user.pk, action_time__gte=begun)
        .select_related("content_type")
        .order_by("pk")
    )
    for entry in done:
        label = f"{entry.content_type.app_label}.{entry.content_type.model}" if entry.content_type else ""
        trail.add(
            request,
            _WORDS.get(entry.action_flag, "did"),
            label,
            entry.object_id or "",
            entry.object_repr,
            detail=entry.get_change_message(),
        )
    if not trail.is_recorded(request):
        name, target_id = _where(request)
        asked = request.POST.get("action", "")
        detail = f"{asked or name}: answered {response.status_code}"
        trail.add(request, "sent a form", _model(name), target_id, "", detail=detail)


_WORDS = {1: "added", 2: "changed", 3: "deleted"}


def _where(request: HttpRequest) -> tuple[str, str]:
    """The name of the page, and the row that it is about."""
    match = request.resolver_match
    if match is None:
        return "", ""
    return match.url_name or "", str(match.kwargs.get("object_id", ""))


def _model(name: str) -> str:
    """``accounts.account`` of the page ``accounts_account_change``; empty for a page that is about no model."""
    parts = name.split("_")
    return ".".join(parts[:2]) if len(parts) == 3 else ""
