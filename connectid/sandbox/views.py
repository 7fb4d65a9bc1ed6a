"""The inbox as a page and as JSON. Plain views: none of this is part of the contract with phones or partners.

They ask for no credentials, because there is nothing here but test messages. Changes need either the method DELETE or a JSON
content type, which a page of another origin cannot send, so they need no CSRF token.
"""

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from connectid.core import phone
from connectid.sandbox import inbox, invited
from connectid.sandbox.models import SandboxMessage
from connectid.web.limiting import unlimited

type View = Callable[[HttpRequest], HttpResponse]


def outside_production(view: View) -> View:
    """Answer 404 in production, should the addresses ever be included there by mistake."""

    @unlimited("demonstrations and tests only")
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if settings.ENVIRONMENT == "production":
            raise Http404
        return view(request)

    return guarded


@outside_production
@require_safe
@never_cache
def inbox_page(request: HttpRequest) -> HttpResponse:
    """Show the inbox in a browser; its script asks :func:`messages` for what is new."""
    return render(request, "sandbox/inbox.html", {"invited_suffix": invited.SUFFIX, "kept": inbox.KEPT})


@outside_production
@csrf_exempt
@require_http_methods(["GET", "DELETE"])
@never_cache
def messages(request: HttpRequest) -> HttpResponse:
    """List messages, newest first (``?kind=``, ``?to=``, ``?after=`` an id, ``?limit=``), or forget all with DELETE."""
    if request.method == "DELETE":
        return JsonResponse({"deleted": inbox.clear()})
    after, limit = _whole(request.GET.get("after", "0")), _whole(request.GET.get("limit", "100"))
    if after is None or limit is None:
        return JsonResponse({"error": "after and limit are whole numbers."}, status=400)
    found = inbox.messages(
        kind=request.GET.get("kind", ""), to=_recipient(request.GET.get("to", "")), after=after, limit=limit
    )
    return JsonResponse({"messages": [_rendered(message) for message in found]})


@outside_production
@csrf_exempt
@require_http_methods(["GET", "POST"])
@never_cache
def invited_numbers(request: HttpRequest) -> HttpResponse:
    """List the numbers that are invited in the Connect sandbox, or register one: ``{"phone_number": "+265..."}``."""
    if request.method == "POST":
        if request.content_type != "application/json":
            return JsonResponse({"error": "Send application/json."}, status=415)
        try:
            number = phone.parse(json.loads(request.body)["phone_number"])
        except (ValueError, KeyError, TypeError, RecursionError, phone.UnparsablePhoneNumber):
            return JsonResponse(
                {"error": "That is not a phone number with its country code, such as +265991234567."},
                status=400,
            )
        invited.register(number.e164)
    return JsonResponse({"suffix": invited.SUFFIX, "phone_numbers": invited.registered()})


def _whole(text: str) -> int | None:
    """Read a number that fits an id, or return ``None``."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def _recipient(text: str) -> str:
    """Undo the commonest slip with a query string: ``?to=+265...`` arrives with a space in the place of the plus."""
    return f"+{text[1:]}" if text.startswith(" ") else text


def _rendered(message: SandboxMessage) -> dict[str, Any]:
    return {
        "id": message.pk,
        "kind": message.kind,
        "to": message.recipient,
        "subject": message.subject,
        "text": message.text,
        "payload": message.payload,
        "created_at": message.created_at.isoformat(),
    }
