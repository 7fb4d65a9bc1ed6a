"""Pages that people read, outside the admin: in their language, without scripts, and nobody's to keep."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.csp import CSP, build_policy

from connectid.web import languages

BASE_TEMPLATE = "signin/base.html"
"""What their templates extend: look, language switch, title."""


class SeeOther(HttpResponseRedirect):
    """Go on with GET, whatever this was."""

    status_code = HTTPStatus.SEE_OTHER


def page(
    request: HttpRequest, template: str, *, status: int = HTTPStatus.OK, goes_to: str = "", **context: Any
) -> HttpResponse:
    """Render a page; call it inside :func:`connectid.web.languages.spoken`.

    ``goes_to`` is the address, outside this server, to which the answer to one of its forms may send the browser.
    """
    context |= {
        "service": settings.SERVICE_NAME,
        "here": link(request, request.path),
        "languages": [(code, name, link(request, "", ui_locales=code)) for code, name in languages.names()],
    }
    response = render(request, template, context, status=status)
    response.headers[CSP.HEADER_ENFORCE.value] = _policy(goes_to)
    response.headers["Cache-Control"] = "no-store"
    return response


def link(request: HttpRequest, name: str, **changed: str | None) -> str:
    """The address of a page with the query of this one; ``changed`` replaces parameters, None drops one.

    Without a name it is relative: this page's own, whichever of its two spellings the browser has.
    """
    path = name if name == "" or name.startswith("/") else reverse(name)
    query = request.META.get("QUERY_STRING", "")
    if changed:
        parameters = QueryDict(query, mutable=True)
        for parameter, value in changed.items():
            if value is None:
                parameters.pop(parameter, None)
            else:
                parameters[parameter] = value
        query = parameters.urlencode()
    return f"{path}?{query}" if query else path


def _policy(goes_to: str) -> str:
    """The content security policy of a page: no scripts at all.

    Browsers hold against ``form-action`` also where a form's answer redirects to, and where that redirects on to: a client's
    address, and from there wherever that client likes. So it names https as a whole, and the address where that is of http.
    """
    parts = urlsplit(goes_to)
    elsewhere = ["https:"] if goes_to else []
    if parts.scheme == "http":
        elsewhere.append(f"http://{parts.netloc}")
    return build_policy(
        {
            "default-src": [CSP.NONE],
            "style-src": [CSP.SELF],
            "img-src": [CSP.SELF],
            "form-action": [CSP.SELF, *elsewhere],
            "frame-ancestors": [CSP.NONE],
            "base-uri": [CSP.NONE],
        }
    )
