"""What FCM's answers mean.

https://firebase.google.com/docs/cloud-messaging/error-codes; an error is ``{"error": {"status", "message", "details"}}``,
whose details hold an ``errorCode`` of FCM's own and, for a bad request, the fields at fault.
"""

import json
from collections.abc import Iterator
from typing import Any

from connectid.providers.push import (
    SHORTEST_QUOTA_PAUSE,
    BadMessage,
    DeadAddress,
    Delivered,
    Misconfigured,
    Outcome,
    TryLater,
)

_BAD_ADDRESS = "not a valid fcm registration token"
"""In the message of a bad request, where its details name no field."""


def outcome_of(status: int, body: bytes, *, retry_after: float | None) -> Outcome:
    """Return what became of the push that was answered so."""
    answer = _object(body)
    if 200 <= status < 300:
        name = answer.get("name")
        return (
            Delivered(name)
            if isinstance(name, str) and name
            else TryLater("fcm gave an answer that is not its own")
        )
    error = answer.get("error")
    error = error if isinstance(error, dict) else {}
    code = _code(error)
    match status, code:
        case _, "UNREGISTERED":
            return DeadAddress("unregistered")
        case _, "SENDER_ID_MISMATCH":
            return DeadAddress("other_sender")
        case 400, _:
            return (
                DeadAddress("invalid")
                if _blames_address(error)
                else BadMessage(f"fcm refused the message: {code}")
            )
        case 429, _:
            return TryLater("fcm answered 429", max(SHORTEST_QUOTA_PAUSE, retry_after or 0.0))
        case (
            (401 | 403 | 404),
            _,
        ):  # 404 without UNREGISTERED: no such project, which says nothing of the address
            return Misconfigured(f"fcm answered {status} {code}")
        case _:
            return TryLater(f"fcm answered {status}", retry_after)


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _code(error: dict[str, Any]) -> str:
    """FCM's own code, else the general one; a word of capitals, so that nothing else reaches a log."""
    found = [detail.get("errorCode") for detail in _details(error)] + [error.get("status")]
    words = (
        code for code in found if isinstance(code, str) and code.replace("_", "").isalpha() and len(code) < 40
    )
    return next(words, "UNKNOWN")


def _details(error: dict[str, Any]) -> Iterator[dict[str, Any]]:
    details = error.get("details")
    yield from (detail for detail in details if isinstance(detail, dict)) if isinstance(details, list) else ()


def _blames_address(error: dict[str, Any]) -> bool:
    violations = [
        violation
        for detail in _details(error)
        for violation in (detail.get("fieldViolations") or [])
        if isinstance(violation, dict)
    ]
    if violations:
        return all(violation.get("field") == "message.token" for violation in violations)
    return _BAD_ADDRESS in str(error.get("message", "")).lower()
