"""What partners write into a message, judged in the words of the framework that they know (contract 7.3)."""

import json
from collections.abc import Mapping
from typing import Any

from connectid.notifications import limits
from connectid.notifications.operations.sending import Outgoing
from connectid.notifications.payloads import OURS
from connectid.providers.push import message as fcm

NOT_TEXT = "Not a valid string."


class Unfit(Exception):
    """The message cannot be taken; ``reasons`` has the shape of the message."""

    def __init__(self, reasons: dict[str, Any]) -> None:
        super().__init__()
        self.reasons = reasons


def outgoing(given: Any) -> Outgoing:
    """Return the message that a client wrote. Raises :class:`Unfit`."""
    if not isinstance(given, Mapping):
        text = f"Invalid data. Expected a dictionary, but got {type(given).__name__}."
        raise Unfit({"non_field_errors": [text]})
    reasons: dict[str, Any] = {}
    usernames = _usernames(given, reasons)
    title, body = (_optional_text(given, name, reasons) for name in ("title", "body"))
    payload = _payload(given.get("data"), title=title, body=body, reasons=reasons)
    label = _label(given.get("fcm_options"), reasons)
    if reasons:
        raise Unfit(reasons)
    options = {"title": title, "body": body, "analytics_label": label}
    return Outgoing(usernames, payload, {name: text for name, text in options.items() if text})


def _usernames(given: Mapping[str, Any], reasons: dict[str, Any]) -> list[str]:
    listed = given.get("usernames")
    found: list[str] = []
    if listed is not None and not isinstance(listed, list):
        reasons["usernames"] = [f'Expected a list of items but got type "{type(listed).__name__}".']
        listed = []
    wrong: dict[str, list[str]] = {}
    for place, username in enumerate(listed or []):
        text, reason = _text(username)
        if reason or not text:
            wrong[str(place)] = [reason or "This field may not be blank."]
        found.append(text)
    if wrong:
        reasons["usernames"] = wrong
    single = _optional_text(given, "username", reasons)
    return [*found, single] if single else found


def _optional_text(given: Mapping[str, Any], name: str, reasons: dict[str, Any]) -> str:
    value = given.get(name)
    text, reason = ("", "") if value is None else _text(value)
    if reason:
        reasons[name] = [reason]
    return text


def _text(value: object) -> tuple[str, str]:
    """Return a text, or why it is none. Numbers count as texts, as they always did."""
    if isinstance(value, str):
        return value, ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value), ""
    return "", NOT_TEXT


def _payload(given: Any, *, title: str, body: str, reasons: dict[str, Any]) -> dict[str, str]:
    """Return the texts of push and poll. What the phone's system is to show is among them, for the poll."""
    if given is None:
        given = {}
    if not isinstance(given, dict):
        reasons["data"] = [f'Expected a dictionary of items but got type "{type(given).__name__}".']
        return {}
    shown = {name: text for name, text in (("title", title), ("body", body)) if text}
    payload = shown | {name: text for name, text in fcm.texts(given).items() if name not in OURS}
    if len(json.dumps(payload, ensure_ascii=False).encode()) > limits.PAYLOAD:
        reasons["data"] = [f"Ensure that title, body and data have at most {limits.PAYLOAD} bytes."]
    return payload


def _label(given: Any, reasons: dict[str, Any]) -> str:
    if given is None:
        return ""
    if not isinstance(given, dict):
        reasons["fcm_options"] = [f'Expected a dictionary of items but got type "{type(given).__name__}".']
        return ""
    label = given.get("analytics_label")
    return label if isinstance(label, str) else ""
