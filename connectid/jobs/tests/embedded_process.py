"""A server's process with its worker on a thread, and SQLite: ``python -m connectid.jobs.tests.embedded_process FILE COUNT``.

Enqueues ``COUNT`` jobs that each append a line to ``FILE``, every other in a transaction that is rolled back. When all are
done it enqueues more, slow ones, and ends while the first of them run.
"""

import sys
from pathlib import Path

import django
from django.core.management import call_command
from django.db import transaction


def main(path: str, count: str) -> None:
    """Migrate, start the worker, enqueue, and end as a server does: without saying goodbye."""
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
    until(lambda: not Job.objects.exists())
    for _ in range(20):
        sample_tasks.append_line.enqueue(path, "slow", 0.3)
    until(lambda: "slow" in Path(path).read_text())


if __name__ == "__main__":
    main(*sys.argv[1:])
