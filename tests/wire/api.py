"""Every route of the API, found in the URL configuration, with credentials that open it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern
from openapi_schema_validator import OAS31Validator

from connectid.config import urls
from connectid.core.errors import FieldsRefused
from connectid.credentials.authentication import IssuerBasic
from connectid.devices.authentication import DeviceBasic
from connectid.enrollment.authentication import EnrollmentSessionBearer
from connectid.messaging.authentication import MessageServerBasic
from connectid.oauth.authentication import ClientBasic, TokenClient, UserBearer
from connectid.oauth.operations.clients import create_client
from connectid.testing.answers import Answered
from connectid.testing.issuers import new_issuer
from connectid.testing.partners import new_partner
from connectid.testing.scene import basic, new_number, new_phone, new_session
from connectid.testing.tokens import new_token
from connectid.toggles import operations as toggles
from connectid.toggles.switched import SwitchedEndpoint
from connectid.web import openapi, problems
from connectid.web.authentication import Scheme
from connectid.web.endpoint import Endpoint

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@dataclass(frozen=True)
class Route:
    """One route; ``path`` as the contract tabulates it, something that there is not in place of each of its parts."""

    path: str
    view: Any
    template: str

    def __str__(self) -> str:
        return self.template

    @property
    def twin(self) -> str:
        """The same with, or without, its trailing slash."""
        return self.path.removesuffix("/") if self.path.endswith("/") else f"{self.path}/"

    @cached_property
    def described(self) -> dict[str, Any]:
        """Its operations in the API document, by method."""
        item: dict[str, Any] = openapi.document()["paths"][self.template]
        return {method.upper(): operation for method, operation in item.items()}

    @property
    def methods(self) -> list[str]:
        """What it allows, HEAD aside."""
        return list(self.described)

    @property
    def allow(self) -> str:
        """The header of its 405."""
        return ", ".join(sorted({*self.methods, "HEAD"} if "GET" in self.described else self.methods))

    @property
    def endpoint(self) -> type[Endpoint] | None:
        """Its class; None for a plain page."""
        return self.view if isinstance(self.view, type) else None

    @property
    def is_versioned(self) -> bool:
        """Whether Accept names a version of it (contract 2.2)."""
        return self.endpoint is not None and self.endpoint.versioned

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of its body, each with its schema."""
        body = self.described["POST"].get("requestBody")
        schema = body["content"]["application/json"]["schema"] if body else {}
        one = next((option for option in schema.get("anyOf", []) if "$ref" in option), schema)
        found: dict[str, Any] = _resolved(one).get("properties", {})
        # A client's credentials in the body are judged before the rest, and contradict those of the header.
        return {name: field for name, field in found.items() if name not in ("client_id", "client_secret")}

    @property
    def takes_lists(self) -> bool:
        """Whether its body may be a list (contract 2.1)."""
        schema = self.described["POST"]["requestBody"]["content"]["application/json"]["schema"]
        return any(option.get("type") == "array" for option in schema.get("anyOf", []))

    @property
    def named_in_refusals(self) -> frozenset[str]:
        """The fields that it judges itself, and names with reasons where it refuses them."""
        refusals = (
            [problems.refusal_of(one, key="detail").error for one in self.endpoint.refusals]
            if self.endpoint
            else []
        )
        return frozenset(
            name for one in refusals if issubclass(one, FieldsRefused) for name in one.names if one.nested
        )

    def opened(self) -> dict[str, str]:
        """New credentials that it lets in, its switch turned on."""
        endpoint = self.endpoint
        if endpoint is None:
            return {}
        if issubclass(endpoint, SwitchedEndpoint):
            toggles.set_switch(endpoint.switch, active=True)
        return credentials(next((scheme for scheme in endpoint.auth or () if scheme.required), None))

    def call(self, method: str, *, path: str = "", **given: Any) -> Answered:
        """Call it with Django's client."""
        given.setdefault("content_type", "")
        answer = _client().generic(method, path or self.path, **given)
        return _whole(answer)

    def assert_as_described(self, method: str, answer: Answered) -> None:
        """The answer has a status that the document lists, and the headers and the body that it says."""
        responses = self.described[method]["responses"]
        status = str(answer.status_code)
        assert status in responses, f"{method} {self.path} does not describe {status}: {answer.content!r}"
        for name, header in responses[status].get("headers", {}).items():
            assert name in answer.headers or not header.get("required"), f"{name} is missing"
        content = responses[status].get("content")
        if not content or "text/html" in content:
            assert not answer.content or answer.headers["Content-Type"] != "application/json"
            return
        # A status whose body is empty for some refusals is described as one that may be null.
        body = answer.json() if answer.content else None
        _validator(json.dumps(content["application/json"]["schema"])).validate(body)


def _whole(answer: Any) -> Answered:
    """The answer with all of its content; one that streams is read to its end, which closes what it reads from."""
    if answer.streaming:
        content = b"".join(answer.streaming_content)
        read = HttpResponse(content, status=answer.status_code, headers=answer.headers)
        answer = read
        answer.json = lambda: json.loads(content)
    whole: Answered = answer
    return whole


@cache
def _client() -> Client:
    """One for all: each new one loads the middlewares again."""
    return Client()


@cache
def _validator(schema: str) -> OAS31Validator:
    return OAS31Validator({**json.loads(schema), "components": openapi.document()["components"]})


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = openapi.document()["components"]["schemas"][name] if name else schema
    return found


def credentials(scheme: Scheme[Any] | None) -> dict[str, str]:
    """New credentials that a scheme lets in."""
    match scheme:
        case None:
            return {}
        case DeviceBasic():
            return new_phone(secondary_phone=new_number()).headers
        case EnrollmentSessionBearer():
            return new_session(proven=True, is_invited=True).headers
        case UserBearer():
            return new_token().headers
        case ClientBasic():
            client = create_client(
                name="test", grant="client-credentials", permissions=[scheme.permission.value]
            )
            return basic(client.client_id, client.client_secret)
        case MessageServerBasic():
            return new_partner().headers
        case IssuerBasic():
            return new_issuer().headers
        case TokenClient():
            client = create_client(name="test", grant="client-credentials")
            return basic(client.client_id, client.client_secret)
    raise NotImplementedError(f"say here what opens {scheme.name}")


def routes() -> list[Route]:
    """Every route of the API, once."""
    return list(_routes(urls.api))


def _routes(patterns: list[URLPattern]) -> Iterator[Route]:
    for pattern in patterns:
        if pattern.name:  # the variant without a name is the twin
            template = openapi.template(pattern)
            view = getattr(pattern.callback, "view_class", pattern.callback)
            yield Route(re.sub(r"{\w+}", "2f9c1d6a-0b7e-4f5c-8a3d-9e6b1c4f7a20", template), view, template)


ROUTES = routes()
ENDPOINTS = [route for route in ROUTES if route.endpoint is not None]
WITH_BODY = [route for route in ENDPOINTS if route.endpoint is not None and route.endpoint.reads_body]
