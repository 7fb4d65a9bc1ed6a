"""Reports of unexpected exceptions to Sentry, where ``SENTRY_DSN`` is set: types and places, never what they were about.

What leaves is built up from an allow-list, as in the logs: an exception's message quotes what was wrong, which is often a phone
number, and local variables, breadcrumbs, headers and bodies hold all the rest.
"""

import sys
from typing import TYPE_CHECKING, Any

import structlog
from django.tasks.signals import task_finished

if TYPE_CHECKING:
    from django.tasks import TaskResult

    from connectid.config.env import Environment

_KEPT_OF_EVENT = frozenset(
    {"event_id", "timestamp", "platform", "level", "release", "environment", "sdk", "transaction", "contexts"}
)
_TAGS = ("request_id", "job_id", "task", "attempt")
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
    task_finished.connect(_report_failed_run)


def are_on() -> bool:
    """Whether :func:`start` began to report in this process."""
    if "sentry_sdk" not in sys.modules:
        return False
    import sentry_sdk

    return sentry_sdk.get_client().is_active()


def _report_failed_run(task_result: "TaskResult[..., Any]", **_: object) -> None:
    """Report the fault that ended a run of a job; a failure that explains itself is for the log and the dead letters."""
    import sentry_sdk

    from connectid.jobs import causes

    error = sys.exception()
    if error is None or causes.is_anticipated(error):
        return
    with sentry_sdk.new_scope() as scope:
        scope.set_transaction_name(task_result.task.module_path)
        sentry_sdk.capture_exception(error)


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
    context = structlog.contextvars.get_contextvars()
    if tags := {name: str(context[name]) for name in _TAGS if name in context}:
        kept["tags"] = tags
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
