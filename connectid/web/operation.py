"""How django-modern-rest runs one method of an endpoint, with the contract's defaults in place of its own."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from dmr import modify
from dmr.endpoint import Endpoint as DmrEndpoint
from dmr.negotiation import ResponseNegotiator
from dmr.renderers import Renderer
from dmr.validation.payload import Payload, PayloadBuilder


class _AlwaysOk(PayloadBuilder):
    """Every method answers 200 unless it says otherwise: the contract has no 201 by verb, and never a 204."""

    def __call__(self, controller_cls: type[Any]) -> Payload:
        payload = super().__call__(controller_cls)
        if payload is not None:
            return payload
        decorate: Any = modify(status_code=HTTPStatus.OK)
        found: Payload = decorate(lambda: None).__dmr_payload__
        return found


class _AlwaysJson(ResponseNegotiator):
    """There is one renderer; which Accept headers are refused is decided before (:mod:`connectid.web.negotiation`)."""

    __slots__ = ()

    def __call__(self, request: HttpRequest) -> Renderer:
        request.__dmr_renderer__ = self._default  # type: ignore[attr-defined]
        return self._default


class WireOperation(DmrEndpoint):
    """One method of one endpoint."""

    __slots__ = ()

    response_negotiator_cls = _AlwaysJson
    payload_builder_cls = _AlwaysOk
