"""The base of endpoints whose answers are secrets."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase

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
