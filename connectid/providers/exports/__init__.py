"""Where whole tables are written to, for those who analyse: a folder, BigQuery, Superset.

A run writes a table in numbered parts and publishes them at the end; until then readers see the table of the last run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed

from connectid.providers.errors import Rejected

type Value = str | int | bool | datetime | None
type Row = Sequence[Value]


class Type(StrEnum):
    """What a column holds; any may be null."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Run:
    """One writing of one table. ``name`` is unique, of letters, digits and ``_``."""

    table: str
    name: str
    columns: tuple[Column, ...]


class Destination(Protocol):
    """Takes tables. Every method may be repeated, which changes nothing.

    Raises ``Rejected`` where a repetition will not help and ``Unavailable`` where it may.
    """

    def put(self, run: Run, number: int, rows: Sequence[Row]) -> None:
        """Keep part ``number`` of the run, counted from 1; the same number has the same rows."""

    def publish(self, run: Run, parts: int) -> str:
        """Make parts 1 to ``parts`` the table that readers see, at once where that is possible; return its place."""

    def abandon(self, run: Run) -> None:
        """Forget the parts of a run, published or not; the table that readers see stays."""


def _csv() -> Destination:
    from connectid.providers.exports.csv_files import CsvFiles

    return CsvFiles.from_settings()


def _bigquery() -> Destination:
    try:
        from connectid.providers.exports.bigquery import BigQuery
    except ImportError as error:
        raise Rejected("BigQuery needs the extra: install connectid[bigquery]") from error
    return BigQuery.from_settings()


def _superset() -> Destination:
    from connectid.providers.exports.superset import Superset

    return Superset.from_settings()


_MAKERS: dict[str, Callable[[], Destination]] = {"csv": _csv, "bigquery": _bigquery, "superset": _superset}
KINDS = tuple(_MAKERS)
_made: dict[str, Destination] = {}


def pick(kind: str) -> Destination:
    """Return the process's destination of a kind (:data:`KINDS`). Raises ``Rejected`` where it is not set up."""
    if kind not in _made:
        _made[kind] = _MAKERS[kind]()
    return _made[kind]


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting.startswith(("BIGQUERY_", "SUPERSET_")) or setting in ("DATA_DIR", "GOOGLE_TOKEN_URL"):
        _made.clear()


setting_changed.connect(_forget_choice)


def needed(*names: str) -> None:
    """Raise ``Rejected`` naming the settings that are not there."""
    if missing := [name for name in names if not getattr(settings, name)]:
        raise Rejected(f"{' and '.join(missing)} must be set")
