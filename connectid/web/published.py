"""The base of what the server says of itself to anybody."""

from datetime import timedelta
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase

from connectid.web.endpoint import Endpoint


class PublishedEndpoint(Endpoint):
    """A public document: pages of any site may read it (contract 2.6), and caches may keep it for a while."""

    versioned = False
    kept: ClassVar[timedelta]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, and say who may read it and for how long it is good."""
        response = super().dispatch(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        if response.status_code == 200:
            response["Cache-Control"] = f"public, max-age={int(self.kept.total_seconds())}"
        return response
