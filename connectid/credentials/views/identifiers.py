"""Identifiers in paths."""

from uuid import UUID

from connectid.credentials import errors


def identifier(text: str) -> UUID:
    """The UUID of an award. Raises :class:`~connectid.credentials.errors.UnknownAward` for any other text."""
    try:
        return UUID(text)
    except ValueError:
        raise errors.UnknownAward from None
