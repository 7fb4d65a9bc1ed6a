"""Routes: whole wire paths, each served with and without its trailing slash, never by a redirect (contract, rule 1).

What names no limit gets one here (``connectid.web.limiting``).
"""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpResponseBase
from django.urls import URLPattern, path
from django.views import View
from dmr.openapi.objects import MediaType, OpenAPIType, Operation, PathItem, Reference, Response, Schema
from dmr.routing import external_path

from connectid.web import limiting

type ViewFunction = Callable[..., HttpResponseBase]


def routes(*pairs: tuple[str, type[View] | ViewFunction]) -> list[URLPattern]:
    """Serve every ``(wire path, view)`` pair, each path as the contract tabulates it: the whole of a ``urls.py``."""
    return [pattern for wire_path, view in pairs for pattern in _variants(wire_path, view)]


def documented(patterns: list[URLPattern]) -> list[URLPattern]:
    """The tabulated variant of each route: what the API document and the table of routes show."""
    return [pattern for pattern in patterns if pattern.name]


def methods(view: Any) -> list[str]:
    """What a view answers, HEAD aside: an endpoint, a class of pages, or a function for reading."""
    if hasattr(view, "api_endpoints"):
        return sorted(view.api_endpoints)
    return [name for name in ("GET", "POST") if hasattr(view, name.lower())] or ["GET"]


def _variants(wire_path: str, view: type[View] | ViewFunction) -> list[URLPattern]:
    twin = wire_path.removesuffix("/") if wire_path.endswith("/") else f"{wire_path}/"
    name = wire_path.strip("/")
    if isinstance(view, type):
        function = _limited(cast("type[View]", view).as_view())
        return [path(wire_path, function, name=name), path(twin, function)]
    page = _limited(view)
    return [external_path(wire_path, page, openapi=_plain_page(view), name=name), path(twin, page)]


def _limited(view: ViewFunction) -> ViewFunction:
    """The view, counted by address unless it counts its requests itself or says why it need not."""
    spared = limiting.is_limited(view) or hasattr(view, limiting.UNLIMITED)
    return view if spared else limiting.limited(view)


def _plain_page(view: Any) -> PathItem:
    """A plain Django view in the API document: that it exists and what its docstring says."""
    summary = (view.__doc__ or "").strip().partition("\n")[0]
    text: dict[str, MediaType | Reference] = {"text/html": MediaType(schema=Schema(type=OpenAPIType.STRING))}
    responses: dict[str, Response | Reference] = {
        "200": Response(description=summary, content=text),
        "404": Response(description="There is nothing to show.", content=text),
    }
    return PathItem(get=Operation(summary=summary, responses=responses))
