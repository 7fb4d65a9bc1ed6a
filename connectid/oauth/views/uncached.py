"""The base of endpoints whose answers are secrets."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase

from connectid.oauth import errors
from connectid.web.endpoint import Endpoint
from connectid.web.problems import ErrorKey


class UncachedEndpoint(Endpoint):
    """An endpoint of RFC 6749: refusals under ``error``, nothing kept by caches (section 5.1), no API version (contract 2.2)."""

    error_key: ClassVar[ErrorKey] = "error"
    versioned = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, and ask everybody on the way to forget the answer."""
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Pragma"] = "no-cache"
        return response

    def refuse_repeats(self, parameters: Collection[str]) -> None:
        """Raise :class:`~connectid.oauth.errors.InvalidTokenRequest` for a parameter that a form has twice (section 3.2).

        JSON with a key twice never comes this far.
        """
        if any(len(values) > 1 and name in parameters for name, values in self.request.POST.lists()):
            raise errors.InvalidTokenRequest
