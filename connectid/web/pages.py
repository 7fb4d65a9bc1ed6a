"""Answers outside any endpoint: the ping, and the framework's own errors in the contract's shapes (contract 2.4, 8)."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from connectid.web import problems
from connectid.web.limiting import unlimited

READING = ("GET", "HEAD")


def read_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse every method but GET and HEAD, in the words of the API's other refusals."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.method not in READING:
            return problems.method_not_allowed(request.method or "", READING)
        return view(request)

    return csrf_exempt(guarded)


@unlimited("load balancers ask it every few seconds, and it asks nobody")
@read_only
def ping(request: HttpRequest) -> HttpResponse:
    """Answers `pong`, for health checks that only know the old address."""
    return HttpResponse("pong")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 for what Django refuses before any view."""
    return JsonResponse({"detail": "Bad request."}, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 for what Django refuses before any view."""
    return JsonResponse({"detail": "You do not have permission to perform this action."}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 for an address that nobody serves."""
    return JsonResponse({"detail": "Not found."}, status=404)


def fault(request: HttpRequest) -> HttpResponse:
    """500: plain text with the request's id, under which the log has the rest."""
    request_id = getattr(request, "request_id", "")
    text = f"Internal server error. Request id: {request_id}\n" if request_id else "Internal server error.\n"
    return HttpResponse(text, status=500, content_type="text/plain; charset=utf-8")
