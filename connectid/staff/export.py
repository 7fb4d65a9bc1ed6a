"""The audit trail as a file."""

import csv
from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from connectid.staff.models import AuditEntry

COLUMNS = (
    *("id", "at", "staff", "action", "target_type", "target_id", "target", "reason", "detail"),
    "address_digest",
)
BATCH = 2000

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file of which each line is taken away as soon as it is written."""

    def write(self, text: str) -> str:
        return text


def as_csv(entries: QuerySet[AuditEntry]) -> StreamingHttpResponse:
    """Return the entries as CSV, oldest first, in the memory of one batch."""
    response = StreamingHttpResponse(_lines(entries), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def _lines(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    rows = entries.order_by("pk").values_list(*COLUMNS).iterator(chunk_size=BATCH)
    for number, at, *rest in rows:
        yield writer.writerow([number, at.isoformat(), *map(_harmless, rest)])


def _harmless(text: str) -> str:
    """A reason that a spreadsheet would take for a formula is no formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
