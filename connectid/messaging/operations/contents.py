"""What is written of a sealed message: the JSON that phones poll and that servers are sent (contract 12.4, 13.4).

A channel's name stands in it twice, and only the database knows it. So there are two ways to the same bytes: Python writes the whole, where it
was told the name, or it writes what stands around the name, and a statement puts that together.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from connectid.core import datetimes, rows
from connectid.messaging.models import Status
from connectid.notifications.models import Kind

type Content = Mapping[str, str]
"""``ciphertext``, ``nonce`` and ``tag``: three texts that mean nothing to us and are passed on as they came, in their order."""

_SENTENCE = "You received a new message from "
_NAME = "CASE WHEN c.name = '' THEN c.source ELSE c.name END"

_json = json.JSONEncoder(ensure_ascii=False).encode

_NAME_IS, _SENTENCE_IS = '"channel_name": ', '"body": '
_NO_NAME, _NO_SENTENCE = f'{_NAME_IS}""', f'{_SENTENCE_IS}"{_SENTENCE}"'


def payload(message_id: UUID, channel_id: UUID, visible_name: str, content: Content) -> dict[str, str]:
    """Return the texts of a message, as its notification has them."""
    return {
        "message_id": str(message_id),
        "channel": str(channel_id),
        "channel_name": visible_name,
        **content,
        "status": Status.PENDING.value,
        "action": "ccc_message",
        "title": "New Connect Message",
        "body": f"{_SENTENCE}{visible_name}",
    }


def delivery(message_id: UUID, channel_id: UUID, visible_name: str, content: Content, *, at: datetime) -> str:
    """Return the body of the call that delivers the message to its server."""
    texts = _delivered(message_id, channel_id, visible_name, content, at)
    return f"{_around(channel_id)}{_json(texts)}]}}"


@dataclass(frozen=True, slots=True)
class Parts:
    """The JSON before a channel's name, between it and the sentence that ends with it, and behind that."""

    head: str
    middle: str
    tail: str


def payload_parts(message_id: UUID, channel_id: UUID, content: Content) -> Parts:
    """:func:`payload` as JSON, without the name."""
    return _parts(payload(message_id, channel_id, "", content))


def delivery_parts(message_id: UUID, channel_id: UUID, content: Content, *, at: datetime) -> Parts:
    """:func:`delivery`, without the name."""
    parts = _parts(_delivered(message_id, channel_id, "", content, at))
    return Parts(_around(channel_id) + parts.head, parts.middle, parts.tail + "]}")


def joined(head: str, middle: str, tail: str) -> str:
    """An expression that puts parts together, where ``c`` is the channel's row."""
    name, sentence = rows.json_text(_NAME), rows.json_text(f"'{_SENTENCE}' || {_NAME}")
    return f"{head} || {name} || {middle} || {sentence} || {tail}"


def _delivered(
    message_id: UUID, channel_id: UUID, visible_name: str, content: Content, at: datetime
) -> dict[str, str]:
    return payload(message_id, channel_id, visible_name, content) | {
        "timestamp": datetimes.serializer_format(at),
        "notification_type": Kind.MESSAGING.value,
    }


def _around(channel_id: UUID) -> str:
    return f'{{"channel_id": "{channel_id}", "messages": ['


def _parts(texts: Mapping[str, str]) -> Parts:
    """Cut the JSON of ``texts``, written without a name, where it belongs. No text within it holds a quotation mark as such: they are escaped."""
    head, _, rest = _json(texts).partition(_NO_NAME)
    middle, _, tail = rest.partition(_NO_SENTENCE)
    return Parts(f"{head}{_NAME_IS}", f"{middle}{_SENTENCE_IS}", tail)
