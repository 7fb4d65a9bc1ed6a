"""How often phones and partners call: what the fleet plays, and what docs/scale.md multiplies."""

HOUR = 3600.0
DAY = 24 * HOUR

EVERY = {
    "poll": HOUR,
    "poll on a push": DAY / 2,
    "heartbeat": 4 * HOUR,
    "toggles": 4 * HOUR,
    "token": 10 * HOUR,
    "credentials": DAY,
    "message of a worker": DAY / 2,
    "message of a partner": DAY / 2,
    "introspect": 10 * HOUR,
    "userinfo": DAY,
}
"""Seconds between two of one phone, or on its behalf. The first four rows, and the token's ten hours, are the app's own; two messages a
day each way and the rest are ours."""

FETCHES, BULKS, SIGN_UPS = 0.1, 0.01, 0.2
"""A second, of all phones together, a hundred thousand or fewer: look-ups of 50 numbers, messages to many people, and sign-ups that begin."""

BULK_PEOPLE = 100
"""Of one message to many."""


def a_day(kind: str) -> float:
    """How many of a kind there are of one phone, or on its behalf, in a day."""
    return DAY / EVERY[kind]


def notifications_a_day(phones: int) -> float:
    """How many one worker gets: its partners' messages, and what it is told with others."""
    return a_day("message of a partner") + BULKS * BULK_PEOPLE * DAY / phones


def messages_a_day() -> float:
    """How many are kept for one worker, both ways."""
    return a_day("message of a partner") + a_day("message of a worker")
