r"""Rows as lines of PostgreSQL's COPY: values between tabs, ``\N`` for null. SQLite takes the same values.

No value holds a tab, a line feed or a backslash: all of them are made here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import NOT_PROVIDED, DateTimeField, Field, Model

from connectid.population.plan import Plan, moment

NULL = "\\N"

type Lines = dict[type[Model], list[str]]


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one table, each ended."""

    rows: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """Fills some tables: for every round and every part of the accounts, ``make`` gives lines of each.

    ``columns`` are the fields that a line gives, in its order; the others have their defaults.
    """

    columns: dict[type[Model], tuple[str, ...]]
    make: Callable[[Plan, int, range], Lines]
    rounds: int = 1


def line(*values: object) -> str:
    """A line of these values."""
    return "\t".join([NULL if value is None else str(value) for value in values])


def block(lines: list[str], ending: str) -> Block:
    """The lines, each with the values that it leaves out."""
    return Block(len(lines), "".join([f"{found}{ending}\n" for found in lines]).encode())


def defaults(model: type[Model], given: tuple[str, ...], plan: Plan) -> tuple[list[str], str]:
    """Return the columns that lines of ``given`` leave out and a database does not fill, and the end of a line that does."""
    columns: list[str] = []
    values: list[str] = []
    for field in model._meta.concrete_fields:
        if field.attname in given or field.name in given or _fills_itself(field):
            continue
        columns.append(column_of(field))
        values.append(moment(plan.at) if _is_now(field) else _default(field))
    return columns, "".join(f"\t{value}" for value in values)


def column_of(field: "Field[object, object]") -> str:
    """The name of a field's column."""
    assert field.column is not None  # which only a relation to many has not
    return field.column


def _fills_itself(field: "Field[object, object]") -> bool:
    is_serial = field.primary_key and field.get_internal_type() in ("BigAutoField", "AutoField")
    return is_serial or field.db_default is not NOT_PROVIDED


def _is_now(field: "Field[object, object]") -> bool:
    return isinstance(field, DateTimeField) and (
        (field.has_default() and callable(field.default)) or field.auto_now or field.auto_now_add
    )


def _default(field: "Field[object, object]") -> str:
    value = field.get_default()
    if value is None:
        return NULL
    return str(int(value)) if isinstance(value, bool) else str(value)
