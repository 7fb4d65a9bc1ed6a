"""Values of hand-written statements: what psycopg types by itself and SQLite hands over as text or numbers."""

from datetime import UTC, datetime


def moment(value: datetime | str) -> datetime:
    """The aware moment of a timestamp column; SQLite hands over naive UTC, as a datetime or, from expressions, as text."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)
