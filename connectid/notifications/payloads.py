"""What is kept of a notification's texts."""

import json
from collections.abc import Mapping

OURS = frozenset({"notification_id", "notification_type", "timestamp"})
"""The notification's own; a sender's would make phones crash or take one thing for another (contract 16, E-10, E-66, E-67)."""


def stored(texts: Mapping[str, str]) -> str:
    """Return the JSON object that is kept, in the order of ``texts``, without what would stand in for ours.

    A poll puts ours in front of it as it is (:mod:`connectid.messaging.polling`).
    """
    kept = {name: text for name, text in texts.items() if name not in OURS}
    return json.dumps(kept, ensure_ascii=False)
