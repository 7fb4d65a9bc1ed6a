"""Tables as CSV files in a folder of this machine."""

import csv
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Self

from django.conf import settings

from connectid.core.datetimes import serializer_format
from connectid.providers.errors import Unavailable
from connectid.providers.exports import Row, Run, Value

ELSEWHERE = "parts of this export are in another machine's DATA_DIR; workers must share it"


class CsvFiles:
    """Keeps each part as a file, and joins them when all are there; the table is replaced at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def from_settings(cls) -> Self:
        """Write below ``DATA_DIR``, for nobody but the server's own user."""
        return cls(Path(settings.DATA_DIR) / "exports")

    def put(self, run: Run, number: int, rows: Sequence[Row]) -> None:
        """Keep a part (see :class:`connectid.providers.exports.Destination`)."""
        try:
            self._parts(run).mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = self.part(run, number).with_suffix(".unfinished")
            with unfinished.open("w", newline="", encoding="utf-8") as file:
                write(file, rows)
            unfinished.replace(self.part(run, number))
        except OSError as error:
            raise Unavailable(f"csv could not be written: {type(error).__name__}") from error

    def publish(self, run: Run, parts: int) -> str:
        """Join the parts (see :class:`connectid.providers.exports.Destination`)."""
        table = self._folder / f"{run.table}.csv"
        try:
            self._parts(run).mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = self._parts(run) / "joined"
            with unfinished.open("wb") as whole:
                whole.write((",".join(column.name for column in run.columns) + "\r\n").encode())
                for number in range(1, parts + 1):
                    with self.part(run, number).open("rb") as part:
                        shutil.copyfileobj(part, whole)
            unfinished.replace(table)
        except FileNotFoundError:
            raise Unavailable(ELSEWHERE) from None
        except OSError as error:
            raise Unavailable(f"csv could not be written: {type(error).__name__}") from error
        return str(table)

    def abandon(self, run: Run) -> None:
        """Delete the parts (see :class:`connectid.providers.exports.Destination`)."""
        shutil.rmtree(self._parts(run), ignore_errors=True)

    def part(self, run: Run, number: int) -> Path:
        """Where a part is kept until it is published."""
        return self._parts(run) / f"{number:06}.csv"

    def _parts(self, run: Run) -> Path:
        return self._folder / f"{run.table}.{run.name}"


def write(file: IO[str], rows: Iterable[Row]) -> None:
    """Write rows as CSV (RFC 4180): null is an empty field, a moment ISO 8601 in UTC."""
    csv.writer(file).writerows([_text(value) for value in row] for row in rows)


def _text(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return serializer_format(value)
        case str() if value.startswith(("=", "+", "-", "@", "\t", "\r")):
            return f"'{value}"  # or a spreadsheet takes what a partner named so for a formula
    return str(value)
