"""Routes without parameters, found by one look-up.

Django tries patterns one after another, which for the last of some hundred costs a hot request a tenth of its time. Nearly every
wire path is a plain string.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import ResolverMatch, URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.functional import cached_property

from connectid.web.endpoint import Endpoint


class ExactRoutes(URLResolver):
    """A list of patterns that is asked before the rest of a URL configuration.

    Whatever the table does not hold (a path with parameters, one nobody serves) goes through the patterns as ever.
    """

    def __init__(self, patterns: Sequence[URLPattern]) -> None:
        super().__init__(RoutePattern("", is_endpoint=False), patterns)

    def resolve(self, path: Any) -> ResolverMatch:
        """Return the match of ``path``, as Django's resolver would. Raises ``Resolver404``."""
        pattern = self._table.get(str(path))
        match = None if pattern is None else pattern.resolve(str(path))
        return super().resolve(path) if match is None else match

    @cached_property
    def endpoints(self) -> dict[str, type[Endpoint]]:
        """The paths, from the slash on, that an :class:`Endpoint` answers."""
        found = {
            f"/{path}": getattr(pattern.callback, "view_class", None) for path, pattern in self._table.items()
        }
        return {
            path: view
            for path, view in found.items()
            if isinstance(view, type) and issubclass(view, Endpoint)
        }

    @cached_property
    def _table(self) -> dict[str, URLPattern]:
        table: dict[str, URLPattern] = {}
        for pattern in self.url_patterns:
            if isinstance(pattern, URLPattern) and isinstance(pattern.pattern, RoutePattern):
                route = str(pattern.pattern)
                if "<" not in route:
                    table.setdefault(route, pattern)  # the first of two is the one that Django would find
        return table


def endpoints() -> dict[str, type[Endpoint]]:
    """Every endpoint of the API by its paths, those with parameters left out."""
    return _endpoints(settings.ROOT_URLCONF)


def is_endpoint_path(path: str) -> bool:
    """Whether ``path`` is an endpoint of the API without parameters: nothing there reads a cookie."""
    return path in _endpoints(settings.ROOT_URLCONF)


@cache
def _endpoints(urlconf: str) -> dict[str, type[Endpoint]]:
    found: dict[str, type[Endpoint]] = {}
    for entry in get_resolver(urlconf).url_patterns:
        if isinstance(entry, ExactRoutes):
            found |= entry.endpoints
    return found
