"""What is sent for a push: the message of FCM's HTTP v1 API, by the rules of contract 12.1.

https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
"""

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from connectid.providers.push import Push

LARGEST = 4096
"""Bytes of data and notification that FCM takes. Counted as JSON, which is a little more than FCM counts."""

POLLED = ("ciphertext", "tag", "nonce")
"""Left out of a push that is too large: the app polls for them and never reads them here (contract 12.1)."""

_RESERVED = re.compile(r"from|message_type|(google|gcm)\..*", re.DOTALL)
_LABEL = re.compile(r"[a-zA-Z0-9\-_.~%]{1,50}")


class TooLarge(Exception):
    """The push does not fit, even without what the phone polls for."""


def message_of(push: Push) -> dict[str, Any]:
    """Return the ``message`` object. Raises :class:`TooLarge`, and ``TypeError`` for content that is not JSON."""
    message: dict[str, Any] = {"token": push.address, "android": {"priority": "high"}}
    if push.collapse_key:
        message["android"]["collapse_key"] = push.collapse_key
    around = 0
    if push.notification is not None:
        shown = {"title": push.notification.title, "body": push.notification.body}
        message["notification"] = {name: text for name, text in shown.items() if text}
        around = _size(message["notification"])
    message["data"] = _fitting(texts(push.content), room=LARGEST - around)
    if _LABEL.fullmatch(push.analytics_label):  # FCM refuses the whole message for a label that is none
        message["fcm_options"] = {"analytics_label": push.analytics_label}
    return message


def texts(content: Mapping[str, object]) -> dict[str, str]:
    """Return ``content`` as FCM takes it: every value a text (contract 12.1).

    Booleans are ``true`` and ``false`` in small letters (12.3), null is absent because the app would read it as the word,
    lists and objects are JSON. Keys that FCM reserves are dropped rather than lose the push.
    """
    return {
        key: _text(value)
        for key, value in content.items()
        if value is not None and key and not _RESERVED.fullmatch(key)
    }


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _fitting(content: dict[str, str], *, room: int) -> dict[str, str]:
    """Leave out what is polled for, then cut the body, which the phone only shows, to what fits."""
    if _size(content) <= room:
        return content
    content = {key: text for key, text in content.items() if key not in POLLED}
    if _size(content) <= room:
        return content
    body = content.get("body", "")

    def size_with(length: int) -> int:
        return _size({**content, "body": f"{body[:length]}…"})

    length = bisect_right(range(len(body)), room, key=size_with) - 1
    if length < 0:
        raise TooLarge
    return {**content, "body": f"{body[:length]}…"}


def _size(content: Mapping[str, str]) -> int:
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"))
