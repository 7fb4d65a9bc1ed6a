"""The API document at ``/openapi.json`` and its pages at ``/docs``, both made from the endpoints' own declarations."""

import copy
import re
from functools import cache
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.views.decorators.http import require_safe
from dmr.openapi import build_schema
from dmr.routing import Router

from connectid.web.endpoint import Endpoint
from connectid.web.limiting import limited
from connectid.web.negotiation import CURRENT_VERSION, VERSION_HEADER
from connectid.web.routes import documented

_VERSION = {
    "description": "The newest version of the API, whichever was asked for.",
    "required": True,
    "schema": {"const": CURRENT_VERSION},
}

_api: list[URLPattern] = []


def describe(api: list[URLPattern]) -> None:
    """Say which routes the document covers. Called once, by the list of all URLs."""
    _api[:] = documented(api)
    document.cache_clear()


@cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of every route."""
    described: dict[str, Any] = copy.deepcopy(build_schema(Router(urls=_api)).convert(skip_validation=True))
    views = {template(pattern): _view(pattern) for pattern in _api}
    for path, item in described["paths"].items():
        told = {key: item.pop(key) for key in ("summary", "description") if key in item}
        for method, operation in ((key, part) for key, part in item.items() if isinstance(part, dict)):
            operation.update({key: text for key, text in told.items() if key not in operation})
            operation["tags"] = [_feature(views[path])]
            for response in operation["responses"].values():
                _without_empty_content(response)
            if isinstance(views[path], type) and issubclass(views[path], Endpoint):
                _complete(operation, views[path], method.upper())
    for schema in described["components"]["schemas"].values():
        _without_impossible_defaults(schema)
    return described


def template(pattern: URLPattern) -> str:
    """The route's path as OpenAPI writes it: ``{name}`` where Django has ``<name>`` or ``<converter:name>``."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{pattern.pattern}")


def _view(pattern: URLPattern) -> Any:
    return getattr(pattern.callback, "view_class", pattern.callback)


def _feature(view: Any) -> str:
    """The folder that serves a route, under which the document groups it."""
    module: str = view.__module__
    return module.split(".")[1]


def _complete(operation: dict[str, Any], endpoint: type[Endpoint], method: str) -> None:
    """Say what django-modern-rest leaves out: who may call, and the header of every answer.

    It drops what the schemes ask for where no setting names a provider that would add to it.
    """
    metadata = endpoint.api_endpoints[method].metadata
    for scheme in endpoint.auth or ():
        operation.setdefault("security", []).extend(scheme.security_requirements(metadata, endpoint))
    if endpoint.text_type is not None:
        content = operation["responses"]["200"]["content"]
        operation["responses"]["200"]["content"] = {endpoint.text_type: next(iter(content.values()))}
    if endpoint.versioned:
        for response in operation["responses"].values():
            response.setdefault("headers", {})[VERSION_HEADER] = _VERSION


def _without_impossible_defaults(schema: dict[str, Any]) -> None:
    """A field that is null when absent, and that its endpoint does not take as null, has no default to tell."""
    for field in schema.get("properties", {}).values():
        if "type" in field and field["type"] != "null" and field.get("default", ...) is None:
            del field["default"]


def _without_empty_content(response: dict[str, Any]) -> None:
    """An empty answer has no content at all, not a JSON null."""
    content = response.get("content", {})
    if content and all(media.get("schema") == {"type": "null"} for media in content.values()):
        del response["content"]


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(document())


@limited
@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """The API document, OpenAPI 3.1."""
    return HttpResponse(_encoded(), content_type="application/json")


@limited
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The API document as pages that can be read and tried."""
    return render(request, "dmr/swagger.html", {"title": "Connect-ID API", "schema": document()})
