"""Django's middlewares for browsers, on pages only.

No endpoint of the API reads a cookie: credentials are in headers and bodies, so there is no session, no signed-in member of staff and
nothing for another site's form to ride on. Running four middlewares to find that out costs more than the endpoint's own
work on a hot read. Django's checks know these classes as what they derive from.
"""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

from connectid.web.exact_routes import is_endpoint_path


class _PagesOnly(MiddlewareMixin):
    """In front of a middleware's class: steps aside for endpoints of the API."""

    def __call__(self, request: HttpRequest) -> Any:
        """Answer, by way of the middleware where a browser may be asking."""
        return self.get_response(request) if _is_bare(request) else super().__call__(request)


class PageSessions(_PagesOnly, SessionMiddleware):
    """``request.session``."""


class PageCsrf(_PagesOnly, CsrfViewMiddleware):
    """Refuses another site's forms."""

    def process_view(
        self, request: HttpRequest, callback: Any, callback_args: tuple[Any, ...], callback_kwargs: Any
    ) -> Any:
        """Django's hook before a view."""
        if _is_bare(request):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)


class PageStaff(_PagesOnly, AuthenticationMiddleware):
    """``request.user``."""


class PageMessages(_PagesOnly, MessageMiddleware):
    """What the last page had to say."""


def _is_bare(request: HttpRequest) -> bool:
    return is_endpoint_path(request.path_info)
