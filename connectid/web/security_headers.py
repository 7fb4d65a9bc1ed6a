"""Headers that tell browsers what our answers may do; phones and servers ignore them.

Django's ``SecurityMiddleware`` sets HSTS, ``nosniff``, the referrer policy and the opener policy, from its
settings. This module adds the rest in one pass, at half the cost of Django's own middlewares for it: an
answer of the API gets the strictest content security policy there is and ``no-store``, for it holds secrets
and is nobody's to keep; an HTML page gets ``SECURE_CSP`` (with its nonce, or its view's ``csp_override``, as
with Django's middleware), frame denial for old browsers and a permissions policy.
"""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.utils.csp import CSP, LazyNonce, build_policy

from connectid.web.parsing import JSON

PAGE_POLICY: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
"""``SECURE_CSP``: own scripts and styles only, none inline without the page's nonce."""

_CSP_HEADER = CSP.HEADER_ENFORCE.value
_API_POLICY = build_policy({"default-src": [CSP.NONE], "frame-ancestors": [CSP.NONE]})

_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "camera",
        "display-capture",
        "geolocation",
        "microphone",
        "payment",
        "usb",
        "interest-cohort",
    )
)

_HTML = "text/html"


class SecurityHeadersMiddleware:
    """Adds what is missing; a view that set one of these headers keeps its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the headers."""
        nonce = LazyNonce()
        cast(Any, request)._csp_nonce = nonce  # where Django's template context processor looks for it
        response = self.get_response(request)
        headers = response.headers
        if _is_page(response):
            policy = getattr(response, "_csp_config", settings.SECURE_CSP)  # what csp_override left
            if policy:
                headers.setdefault(_CSP_HEADER, build_policy(policy, nonce))
            headers.setdefault("X-Frame-Options", "DENY")
            headers.setdefault("Permissions-Policy", _PERMISSIONS)
        else:
            headers.setdefault(_CSP_HEADER, _API_POLICY)
            headers.setdefault("Cache-Control", "no-store")
        return response


class Adding:
    """Adds what this middleware and Django's would, without running them: worked out once for all answers that are no pages."""

    def __init__(self) -> None:
        self._added = {
            is_secure: {name.lower(): (name, value) for name, value in of_answers(is_secure=is_secure)}
            for is_secure in (False, True)
        }

    def __call__(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response, with them."""
        if _is_page(response):
            return _through_both(request, response)
        # As ``setdefault`` for each would do, which checks anew that constants of ours are no more than one line of ASCII.
        kept: dict[str, tuple[str, str]] = cast(Any, response.headers)._store
        for key, header in self._added[request.is_secure()].items():
            kept.setdefault(key, header)
        return response


def of_answers(*, is_secure: bool) -> list[tuple[str, str]]:
    """What this middleware and Django's put on an answer of the API, taken from them."""
    response = _through_both(_Request(is_secure), HttpResponse(content_type=JSON))
    return [(name, value) for name, value in response.items() if name != "Content-Type"]


def _through_both(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    layered: Any = SecurityMiddleware(SecurityHeadersMiddleware(lambda _: response))
    return cast(HttpResponseBase, layered(request))


def _is_page(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").startswith(_HTML) and bool(
        getattr(response, "content", True)
    )


class _Request(HttpRequest):
    """A request of which only whether it came by TLS is known."""

    def __init__(self, is_secure: bool) -> None:
        super().__init__()
        self._is_secure = is_secure

    def is_secure(self) -> bool:
        """As told, whatever a proxy would say."""
        return self._is_secure
