"""Exporting a table: page by page to a destination, with a row that says how far it got.

Memory holds one page, whatever the size of the table. Where a run ends in the middle (a worker dies, the destination is down),
the next one goes on after the last part that is there; a part that was put but not written down is put again, which changes nothing.
"""

import time
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F

from connectid.core import batches
from connectid.insights import tasks
from connectid.insights.exported import TABLES
from connectid.insights.models import ExportRun
from connectid.providers import exports
from connectid.providers.errors import ProviderError
from connectid.providers.exports import Destination, Run

log = structlog.get_logger(__name__)

PAGE = 20_000
"""Rows of a part: some megabytes."""

AT_A_TIME = 120.0
"""Seconds after which a job lets another one go on, so that none comes near its time limit."""

STALE = timedelta(hours=20)
"""After that a run that did not end is given up: the next night's starts anew, with the rows as they are then."""

KEPT = timedelta(days=30)


def start(*, table: str, destination: str, at: datetime) -> int:
    """Begin to export a table, or go on with the run that is under way; return its id. No row is read here."""
    _give_up_stale(table, destination, at)
    try:
        with transaction.atomic():
            run = ExportRun.objects.create(
                table=table,
                destination=destination,
                name=f"{at:%Y%m%dT%H%M%S%f}",
                started_at=at,
                last_id=TABLES[table].last_id(),
            )
    except IntegrityError:
        run = ExportRun.objects.get(table=table, destination=destination, ended_at=None)
    return run.pk


def start_all(*, destinations: tuple[str, ...], at: datetime) -> None:
    """Begin to export every table to every destination; each goes on by jobs of its own."""
    for destination in destinations:
        for table in TABLES:
            tasks.go_on_exporting.enqueue(start(table=table, destination=destination, at=at))


def go_on(*, run_id: int, at: datetime, page: int = PAGE, seconds: float = AT_A_TIME) -> ExportRun | None:
    """Go on with a run until it is published or ``seconds`` are over; return it, None where it ended already.

    A statement to read each page and one to write it down. Raises ``Rejected`` and ``Unavailable``.
    """
    run = ExportRun.objects.filter(pk=run_id, ended_at=None).first()
    if run is None:
        return None
    table, to = TABLES[run.table], exports.pick(run.destination)
    if not run.parts:
        _tidy_up(to, run)
    ends = time.monotonic() + seconds
    while True:
        rows, reached = table.page(after=run.after_id, last=run.last_id, size=page)
        if reached is None:
            break
        to.put(_described(run), run.parts + 1, rows)
        # Only where nobody else went on meanwhile: of two workers with one run, one stops here.
        mine = ExportRun.objects.filter(pk=run.pk, parts=run.parts, ended_at=None)
        if not mine.update(parts=F("parts") + 1, after_id=reached, rows=F("rows") + len(rows)):
            return None
        run.parts, run.after_id, run.rows = run.parts + 1, reached, run.rows + len(rows)
        if time.monotonic() > ends:
            return run
    to.publish(_described(run), run.parts)
    ExportRun.objects.filter(pk=run.pk, ended_at=None).update(ended_at=at, is_published=True)
    run.ended_at, run.is_published = at, True
    _abandon(to, run)
    log.info("exported", operation=run.table, provider=run.destination, count=run.rows)
    return run


def prune(*, at: datetime) -> int:
    """Forget runs that ended long ago; return how many."""
    return batches.delete(ExportRun.objects.filter(started_at__lt=at - KEPT, ended_at__isnull=False))


def _give_up_stale(table: str, destination: str, at: datetime) -> None:
    stale = ExportRun.objects.filter(
        table=table, destination=destination, ended_at=None, started_at__lt=at - STALE
    )
    if stale.update(ended_at=at):
        log.warning("export_given_up", operation=table, provider=destination)


def _tidy_up(to: Destination, run: ExportRun) -> None:
    """Remove what the run before left at the destination, where whoever was to do so died or gave up."""
    before = ExportRun.objects.filter(table=run.table, destination=run.destination, pk__lt=run.pk)
    former = before.order_by("-pk").first()
    if former is not None:
        _abandon(to, former)


def _abandon(to: Destination, run: ExportRun) -> None:
    try:
        to.abandon(_described(run))
    except ProviderError as error:  # its leftovers cost space and nothing else
        log.warning("export_not_removed", provider=run.destination, exception=type(error).__name__)


def _described(run: ExportRun) -> Run:
    return Run(run.table, run.name, TABLES[run.table].columns)
