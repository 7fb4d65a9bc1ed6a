"""Endpoints of the API, answered in front of all middlewares.

Django hands each request from one middleware to the next and back, and all but five of ours step aside for endpoints, which read no cookie
and know their own refusals. So the first of them answers endpoints itself, with what the others would have added: an id, the count of
statements, headers, what is told afterwards. Whatever an endpoint raises goes through the others (``FAILED``), which word it and report
it; what was done until then is not done again. See docs/decisions/0043-endpoints-before-middlewares.md.
"""

from collections.abc import Callable
from functools import cache
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, get_script_name
from django.http import HttpRequest, HttpResponseBase
from django.urls import ResolverMatch, resolve

from connectid.core import primary
from connectid.web import afterwards, answered, query_budget, security_headers
from connectid.web.endpoint import FAILED
from connectid.web.exact_routes import endpoints, is_endpoint_path
from connectid.web.gateway import Environ, StartResponse
from connectid.web.query_budget import counting, tell_repeat
from connectid.web.request_ids import HEADER, UnderAnId


class EndpointsDirectly:
    """Answers what is an endpoint's path; the first middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._add_headers = security_headers.Adding()
        query_budget.install()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        match = _matches(settings.ROOT_URLCONF).get(request.path_info)
        if match is None or FAILED in request.META:
            return self.get_response(request)
        started = request.META.setdefault(answered.STARTED, perf_counter())
        request.resolver_match = match
        with UnderAnId(request) as request_id:
            try:
                with counting(request) as budget:
                    response = match.func(request)
            except Exception as error:  # noqa: BLE001 - raised again where Django and our middlewares see it
                request.META[FAILED] = error
                return self.get_response(request)
            tell_repeat(request, budget)
        response = self._add_headers(request, response)
        response.headers[HEADER] = request_id
        afterwards.of_process.note(answered.of(request, response.status_code, started))
        return response


class Handler(WSGIHandler):
    """Django's, without what it does around every request and no endpoint needs: signals, and setting a prefix of paths.

    What watches these signals, or this class, does not see endpoints (``config/wsgi.py`` minds that).
    """

    def __call__(self, environ: Environ, start_response: StartResponse) -> Any:
        """Answer as WSGI asks."""
        if not is_endpoint_path(environ["PATH_INFO"]) or get_script_name(environ):
            return super().__call__(environ, start_response)
        try:
            request = self.request_class(environ)
            response: Any = self.get_response(request)
            cookies = [("Set-Cookie", cookie.OutputString()) for cookie in response.cookies.values()]
            start_response(f"{response.status_code} {response.reason_phrase}", [*response.items(), *cookies])
            if response.streaming:
                return response
            request.close()  # the files of a form
            return [response.content]
        finally:
            primary.give_back()


@cache
def _matches(urlconf: str) -> dict[str, ResolverMatch]:
    return {path: resolve(path, urlconf) for path in endpoints()}
