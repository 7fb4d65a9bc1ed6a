"""One item of a batch of awards: what a partner sent, as values that the database takes, or nothing.

CommCare Connect sends flat items and integer slugs, CommCare HQ flat or nested ones (contract 7.5). An item that cannot be
stored as it is fails alone, and it fails here, before any statement: so a batch is one transaction all the same (E-53).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectid.credentials.models import NAME_LENGTH, TITLE_LENGTH, WORD_LENGTH

_NESTED = "credentials"
_MOST_DIGITS = 10**18


@dataclass(frozen=True, slots=True)
class Named:
    """A credential, by what makes it the same one, and usernames."""

    type: str
    level: str
    slug: str
    usernames: frozenset[str]

    @property
    def name(self) -> tuple[str, str, str]:
        """What makes it this credential of its issuer, and no other."""
        return self.type, self.level, self.slug


@dataclass(frozen=True, slots=True)
class Item(Named):
    """A credential as its issuer describes it, and the usernames that are to hold it."""

    title: str
    app_id: str | None
    opportunity_id: str | None


class Unusable(ValueError):
    """The item lacks something, or has something that is no credential's."""


def read(sent: Any) -> Item | None:
    """Return the item that a partner sent; None where it is unusable."""
    try:
        fields = _fields(sent)
        return Item(
            **_name(fields),
            title=_required(fields, "title", TITLE_LENGTH),
            app_id=_text(fields, "app_id", NAME_LENGTH),
            opportunity_id=_text(fields, "opportunity_id", NAME_LENGTH),
        )
    except Unusable:
        return None


def read_named(sent: Any) -> Named | None:
    """Return only names and usernames of the item; None where it is unusable even so."""
    try:
        return Named(**_name(_fields(sent)))
    except Unusable:
        return None


def _fields(sent: Any) -> Mapping[str, Any]:
    if isinstance(sent, Mapping) and isinstance(sent.get(_NESTED), Mapping):
        sent = sent[_NESTED]
    if not isinstance(sent, Mapping):
        raise Unusable
    return sent


def _name(fields: Mapping[str, Any]) -> dict[str, Any]:
    usernames = fields.get("usernames")
    if not isinstance(usernames, list):
        raise Unusable("usernames")
    return {
        "type": _required(fields, "type", WORD_LENGTH),
        "level": _required(fields, "level", WORD_LENGTH),
        "slug": _required(fields, "slug", NAME_LENGTH),
        # What is no text names nobody, as a username that nobody has.
        "usernames": frozenset(name for name in usernames if isinstance(name, str) and _is_storable(name)),
    }


def _required(sent: Mapping[str, Any], name: str, longest: int) -> str:
    text = _text(sent, name, longest)
    if not text:
        raise Unusable(name)
    return text


def _text(sent: Mapping[str, Any], name: str, longest: int) -> str | None:
    value = sent.get(name)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST_DIGITS:
        value = str(value)
    if not isinstance(value, str) or len(value) > longest or not _is_storable(value):
        raise Unusable(name)
    return value


def _is_storable(text: str) -> bool:
    """Whether a column of text takes it: no NUL, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
