"""A dispatcher, or Celery's worker, in a process of its own: ``python -m connectid.jobs.tests.celery_process LEASE WHICH``."""

import sys

from connectid.config.celery import app

# What the line above did: it set up Django.
from django.conf import settings  # isort: skip


def main(lease: str, which: str) -> None:
    """Run ``connectid dispatcher``, or ``celery worker`` with one process, with a lease short enough for a test."""
    settings.TASKS["default"].setdefault("OPTIONS", {}).update(
        lease_seconds=float(lease), poll_seconds=0.1, schedule=""
    )
    if which == "dispatcher":
        from connectid.jobs.commands import dispatcher

        dispatcher([])
    app.start(["worker", "-c", "1", "-l", "WARNING", "--without-gossip", "--without-mingle"])


if __name__ == "__main__":
    main(*sys.argv[1:])
