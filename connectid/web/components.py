"""Where an endpoint's typed arguments come from: the body, the headers and the query string."""

from typing import Annotated, Any, TypeAlias, TypeVar

from django.core.exceptions import TooManyFieldsSent
from dmr.components import BodyComponent, HeadersComponent, PathComponent, QueryComponent
from dmr.openapi.objects import RequestBody
from dmr.types import EMPTY

from connectid.web import parsing

_Model = TypeVar("_Model")


class WireBody(BodyComponent):
    """The body, whatever its content type; bounded by the endpoint's ``body_limit``.

    The value as received, with its keys in the order in which they came, stays at ``endpoint.received_body``: the
    attestation's hash is computed over it (contract 5.1).
    """

    def provide_context_data(
        self, endpoint: Any, controller: Any, *, field_model: Any, default: Any = EMPTY
    ) -> Any:
        controller.received_body = parsing.read_body(
            controller.request, limit=controller.body_limit, any_text=controller.takes_any_text
        )
        return controller.received_body

    def get_schema(self, *args: Any, **kwargs: Any) -> Any:
        """Describe the body under every content type that is read."""
        described = super().get_schema(*args, **kwargs)
        assert isinstance(described, RequestBody)
        (media,) = described.content.values()
        described.content.update(dict.fromkeys((parsing.JSON, parsing.FORM, parsing.MULTIPART), media))
        return described


class WireQuery(QueryComponent):
    """The query string."""

    def provide_context_data(
        self, endpoint: Any, controller: Any, *, field_model: Any, default: Any = EMPTY
    ) -> dict[str, Any]:
        # PostgreSQL cannot hold a NUL, and no client sends one.
        if "%00" in controller.request.META.get("QUERY_STRING", ""):
            raise parsing.Unacceptable("A NUL character in the query string")
        try:
            return super().provide_context_data(
                endpoint, controller, field_model=field_model, default=default
            )
        except TooManyFieldsSent as error:
            raise parsing.Unacceptable("More parameters than are read") from error


Body: TypeAlias = Annotated[_Model, WireBody()]  # noqa: UP040 - dmr reads the annotation's metadata
Path: TypeAlias = Annotated[_Model, PathComponent()]  # noqa: UP040
Headers: TypeAlias = Annotated[_Model, HeadersComponent()]  # noqa: UP040
Query: TypeAlias = Annotated[_Model, WireQuery()]  # noqa: UP040
