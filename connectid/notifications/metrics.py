"""What is counted of pushes."""

from prometheus_client import Counter

PUSHED = Counter(
    "connectid_notification_pushes",
    "Attempts to push a notification, by who made them and what became of them.",
    ["by", "outcome"],
)
"""``by``: ``request``, ``job`` or ``reminder``. ``outcome``: ``delivered``, ``dead_address``, ``bad_message``, ``try_later``,
``misconfigured``, ``not_finished``; and for what was not attempted any more, ``given_up``, ``no_address`` or,
until repeats are few enough again, ``put_off``."""
