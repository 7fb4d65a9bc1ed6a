"""Reports of unexpected exceptions to Sentry, where ``SENTRY_DSN`` is set: types and places, never what they were about.

What leaves is built up from an allow-list, as in the logs: an exception's message quotes what was wrong, which is often a phone
number, and local variables, breadcrumbs, headers and bodies hold all the rest.
"""

from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from connectid.config.env import Environment

_KEPT_OF_EVENT = frozenset(
    {"event_id", "timestamp", "platform", "level", "release", "environment", "sdk", "transaction", "contexts"}
)
_KEPT_OF_CONTEXTS = frozenset({"runtime", "trace"})
_KEPT_OF_FRAME = frozenset({"filename", "module", "function", "lineno", "in_app", "abs_path"})


def start(environment: "Environment", *, release: str) -> None:
    """Report from now on; nothing happens without ``SENTRY_DSN``. Raises ``ImportError`` without the extra ``sentry``."""
    if not environment.SENTRY_DSN:
        return
    import sentry_sdk
    from sentry_sdk.integrations.django import DjangoIntegration

    sentry_sdk.init(
        dsn=environment.SENTRY_DSN,
        release=release,
        environment=environment.ENVIRONMENT,
        integrations=[DjangoIntegration(transaction_style="url", middleware_spans=False)],
        before_send=_only_what_may_leave,  # type: ignore[arg-type]  # its Event is a dictionary
        before_breadcrumb=lambda _crumb, _hint: None,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        server_name="",
        traces_sample_rate=0.0,
    )


def _only_what_may_leave(event: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any]:
    """Return a new event that holds the types, the places in the code, the route and the request's id."""
    kept = {name: value for name, value in event.items() if name in _KEPT_OF_EVENT}
    kept["contexts"] = {
        name: value for name, value in event.get("contexts", {}).items() if name in _KEPT_OF_CONTEXTS
    }
    kept["exception"] = {
        "values": [_outline(exception) for exception in event.get("exception", {}).get("values", [])]
    }
    if "logger" in event:
        kept["logger"] = event["logger"]
    if request_id := structlog.contextvars.get_contextvars().get("request_id"):
        kept["tags"] = {"request_id": request_id}
    return kept


def _outline(exception: dict[str, Any]) -> dict[str, Any]:
    frames = (exception.get("stacktrace") or {}).get("frames", [])
    return {
        "type": exception.get("type"),
        "module": exception.get("module"),
        "stacktrace": {
            "frames": [
                {name: value for name, value in frame.items() if name in _KEPT_OF_FRAME} for frame in frames
            ]
        },
    }
