"""The API document at ``/openapi.json`` and its pages at ``/docs``, both made from the endpoints' own declarations."""

import copy
from functools import cache
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.views.decorators.http import require_safe
from dmr.openapi import build_schema
from dmr.routing import Router

from connectid.web.routes import documented

_api: list[URLPattern] = []


def describe(api: list[URLPattern]) -> None:
    """Say which routes the document covers. Called once, by the list of all URLs."""
    _api[:] = documented(api)
    document.cache_clear()


@cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of every route."""
    described: dict[str, Any] = copy.deepcopy(build_schema(Router(urls=_api)).convert(skip_validation=True))
    features = {f"/{pattern.pattern}": _feature(pattern) for pattern in _api}
    for path, item in described["paths"].items():
        summary = item.pop("summary", "")
        for operation in (part for part in item.values() if isinstance(part, dict)):
            operation.setdefault("summary", summary)
            operation["tags"] = [features[path]]
            for response in operation["responses"].values():
                _without_empty_content(response)
    return described


def _feature(pattern: URLPattern) -> str:
    """The folder that serves a route, under which the document groups it."""
    view: Any = pattern.callback
    module: str = getattr(view, "view_class", view).__module__
    return module.split(".")[1]


def _without_empty_content(response: dict[str, Any]) -> None:
    """An empty answer has no content at all, not a JSON null."""
    content = response.get("content", {})
    if content and all(media.get("schema") == {"type": "null"} for media in content.values()):
        del response["content"]


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(document())


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """The API document, OpenAPI 3.1."""
    return HttpResponse(_encoded(), content_type="application/json")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The API document as pages that can be read and tried."""
    return render(request, "dmr/swagger.html", {"title": "Connect-ID API", "schema": document()})
