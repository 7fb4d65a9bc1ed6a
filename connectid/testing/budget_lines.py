"""The lines of ``docs/reference/budgets.md``, what has to have one, and when one is exceeded.

``budgets.json`` beside the page holds the figures that the tests are held to; the page is made of it.
"""

import json
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from connectid.config.urls import api
from connectid.credentials.urls import pages as credential_pages
from connectid.jobs.definition import JobTask
from connectid.signin.urls import urlpatterns as sign_in_pages
from connectid.testing.metering import Cost
from connectid.testing.nothing_grows import NOTHING_GROWS
from connectid.web.routes import documented, methods

_CODE = Path(__file__).resolve().parents[1]
REFERENCE = _CODE.parent / "docs" / "reference"
PAGE = REFERENCE / "budgets.md"
FIGURES = REFERENCE / "budgets.json"

GROWN = (1, 1000)
"""Rows of the last two columns of each three."""

_HEAD = """<!-- Written by `make budgets`. Do not edit. -->

# Budgets

What every endpoint and job costs, counted by the tests on SQLite. A test in which one costs more than its line says fails; `make budgets` counts anew,
and the difference is seen in review.

- **Statements** are those sent to the database, without transaction control.
- **Rows read** are those that statements gave back, and those that an UPDATE or a DELETE found.
- **Bytes written** are those of the values that INSERT, UPDATE and DELETE carried, keys included: texts by their length in UTF-8, numbers as
  eight. An eighth and 64 bytes more are forgiven.
- **Outside calls** are those to providers: texts, pushes, photos, partners.

The first column of each three is the dearest case of any test that does not make its data grow. The next two are of those that do: with one row of
what is read or written, or one other person, and the dearest with more of them, up to a thousand. Other numbers of rows stand in brackets: one request
may name fewer, a limit may let no more through, or the dearest case was counted with twenty. A dash: not counted so, for the reason
[below](#not-counted-with-more-rows). HEAD costs what GET does. The figures that tests are held to are in [budgets.json](budgets.json).

| Endpoint or job | Statements | 1 row | 1,000 rows | Rows read | 1 row | 1,000 rows | Bytes written | 1 row | 1,000 rows | Outside calls |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""

_FOOT = """
## Not counted with more rows

| Endpoint or job | Why |
| --- | --- |
"""


@dataclass(frozen=True, slots=True)
class Line:
    """What one endpoint or job may cost: at most, and with so many rows."""

    most: Cost = field(default_factory=Cost)
    grown: dict[int, Cost] = field(default_factory=dict)

    def joined(self, other: "Line") -> "Line":
        """The dearer of both in every respect."""
        sizes = self.grown | other.grown
        joined = {size: self._with(size).joined(other._with(size)) for size in sizes}
        return Line(self.most.joined(other.most), joined)

    def settled(self, former: "Line") -> "Line":
        """The same, with former numbers of bytes where they still hold: bytes vary a little from run to run."""
        grown = {size: _settled(cost, former._with(size)) for size, cost in self.grown.items()}
        return Line(_settled(self.most, former.most), grown)

    def allowed(self, rows: int | None) -> Cost | None:
        """What a run may cost with so many rows, or in a test that makes nothing grow."""
        return self.most if rows is None else self.grown.get(rows)

    def _with(self, rows: int) -> Cost:
        return self.grown.get(rows, Cost())


def _settled(cost: Cost, former: Cost) -> Cost:
    return cost._replace(written=former.written) if _is_near(cost.written, former.written) else cost


def _is_near(written: int, former: int) -> bool:
    return abs(written - former) <= _forgiven(former)


def _forgiven(written: int) -> int:
    return written // 8 + 64 if written else 0


def is_exceeded(cost: Cost, allowed: Cost) -> bool:
    """Whether a run costs more than it may."""
    written = allowed.written + _forgiven(allowed.written)
    return any(one > other for one, other in zip(cost, allowed._replace(written=written), strict=True))


def endpoints() -> set[str]:
    """What the table of routes shows, by method and path."""
    patterns = documented([*api, *sign_in_pages, *credential_pages])
    return {
        f"{method} /{str(pattern.pattern).strip('/')}"
        for pattern in patterns
        for method in methods(getattr(pattern.callback, "view_class", pattern.callback))
    }


def jobs() -> set[str]:
    """Every task of every feature."""
    modules = [import_module(f"connectid.{path.parent.name}.tasks") for path in _CODE.glob("*/tasks.py")]
    tasks = [task for module in modules for task in vars(module).values() if isinstance(task, JobTask)]
    return {job_name(task) for task in tasks}


def job_name(task: JobTask[..., object]) -> str:
    """How the page calls a job."""
    return f"job {task.module_path}"


def read() -> dict[str, Line]:
    """The figures that hold."""
    if not FIGURES.exists():
        return {}
    return {name: decoded(value) for name, value in json.loads(FIGURES.read_text(encoding="utf-8")).items()}


def write(noted: dict[str, Line], *, is_whole: bool) -> None:
    """Write figures and page anew. What a run of some tests did not call, or found cheaper, stays as it was."""
    former = read()
    if not is_whole:
        noted = former | {name: line.joined(former.get(name, Line())) for name, line in noted.items()}
    lines = {name: line.settled(former.get(name, Line())) for name, line in noted.items()}
    entries = [
        f"{json.dumps(name)}: {json.dumps(encoded(lines[name]))}" for name in sorted(lines, key=_place)
    ]
    FIGURES.write_text("{\n" + ",\n".join(entries) + "\n}\n", encoding="utf-8")
    PAGE.write_text(page(lines), encoding="utf-8")


def encoded(line: Line) -> dict[str, list[int]]:
    """A line as JSON holds it: statements, rows, bytes and calls, by the number of rows."""
    grown = {str(size): [*cost] for size, cost in sorted(line.grown.items())}
    return {"most": [*line.most], **grown}


def decoded(value: dict[str, list[int]]) -> Line:
    """The line of such an entry."""
    sizes = {int(size): Cost(*cost) for size, cost in value.items() if size != "most"}
    return Line(Cost(*value["most"]), sizes)


def page(lines: dict[str, Line]) -> str:
    """The page of these lines."""
    rows = [_row(name, lines[name]) for name in sorted(lines, key=_place)]
    reasons = [f"| `{name}` | {NOTHING_GROWS[name]} |" for name in sorted(NOTHING_GROWS, key=_place)]
    return "\n".join([_HEAD + "\n".join(rows), _FOOT + "\n".join(reasons), ""])


def _place(name: str) -> tuple[bool, str, str]:
    method, _, path = name.partition(" ")
    return method == "job", path, method


def _row(name: str, line: Line) -> str:
    columns = ("statements", "rows", "written")
    cells = [cell for column in columns for cell in _three(line, column)]
    calls = max([line.most.calls, *(cost.calls for cost in line.grown.values())])
    return f"| `{name}` | {' | '.join(cells)} | {calls or ''} |"


def _three(line: Line, column: str) -> list[str]:
    values = {size: getattr(cost, column) for size, cost in line.grown.items()}
    most = f"{getattr(line.most, column):,}"
    if not values:
        return [most, "-", "-"]
    few = min(values)
    many = max(values, key=lambda size: (size > few, values[size], size))
    sizes = zip((few, many), GROWN, strict=True)
    return [most, *(f"{values[size]:,}" + (f" ({size})" if size != shown else "") for size, shown in sizes)]
