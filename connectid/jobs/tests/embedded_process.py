"""A server's process with its worker on a thread, and SQLite: ``python -m connectid.jobs.tests.embedded_process FILE COUNT``.

Enqueues ``COUNT`` jobs that each append a line to ``FILE``, in transactions of two of which every other is rolled back.
"""

import sys
from functools import partial

import django
from django.core.management import call_command
from django.db import connection, transaction


def main(path: str, count: str) -> None:
    """Migrate, start the worker, enqueue, wait until all is done, and end as a server does: without saying goodbye."""
    django.setup()
    from connectid.jobs import embedded
    from connectid.jobs.models import Job
    from connectid.jobs.tests import sample_tasks
    from connectid.jobs.tests.waiting import until

    call_command("migrate", "jobs", verbosity=0)
    embedded.start(threads=2)
    embedded.start(threads=2)
    for number in range(int(count)):
        with transaction.atomic():
            sample_tasks.append_line.enqueue(path, str(number))
            transaction.set_rollback(number % 2 == 1)
    until(partial(_all_done, Job))
    connection.close()


def _all_done(job: type) -> bool:
    return not job.objects.exists()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(*sys.argv[1:])
