"""One toggle, as phones read it."""

import re
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from connectid.core.datetimes import encoder_format
from connectid.providers import connect


class Toggle(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether a feature is on. A date is one the app can read, or absent: null or other text crashes it (contract 4.1)."""

    active: bool
    created_at: str | UnsetType = UNSET
    modified_at: str | UnsetType = UNSET


type Toggles = dict[str, Toggle]


def of_switch(*, active: bool, created: datetime, modified: datetime) -> Toggle:
    """A switch of our own."""
    return Toggle(active, encoder_format(created), encoder_format(modified))


def of_connect(found: connect.Toggle) -> Toggle:
    """A toggle of Connect's, its dates unchanged; one that is no date is left out."""
    return Toggle(found.active, _date(found.created_at), _date(found.modified_at))


_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _date(text: str | None) -> str | UnsetType:
    if text is None or not _ISO.fullmatch(text):
        return UNSET
    try:
        datetime.fromisoformat(text)
    except ValueError:  # the shape of a date, and no such day
        return UNSET
    return text
