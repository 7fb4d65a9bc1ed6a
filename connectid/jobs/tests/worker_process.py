"""A worker in a process of its own, which tests start and kill: ``python -m connectid.jobs.tests.worker_process LEASE ...``.

The first argument is the lease in seconds; the rest are those of ``connectid worker``.
"""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import django
from django.conf import settings
from django.db import connection


def start(
    *arguments: str,
    module: str = "connectid.jobs.tests.worker_process",
    database_url: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start the process on the database of the running test, in a process group of its own."""
    url = database_url or _database_url(connection.settings_dict)
    # `env` replaces itself by Python, so signals sent to the process reach the worker.
    given = [f"{name}={value}" for name, value in ({"DATABASE_URL": url} | dict(variables or {})).items()]
    command = ["env", *given, sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, process_group=0)  # noqa: S603 - our own command


def _database_url(at: dict[str, Any]) -> str:
    user, password, host = (quote(at[name], "") for name in ("USER", "PASSWORD", "HOST"))
    return f"postgresql://{user}{':' if password else ''}{password}@{host}:{at['PORT']}/{at['NAME']}"


def main(lease: str, *arguments: str) -> None:
    """Run ``connectid worker`` with a lease short enough for a test."""
    django.setup()
    settings.TASKS["default"].setdefault("OPTIONS", {}).update(lease_seconds=float(lease), poll_seconds=0.1)
    from connectid.jobs.commands import worker

    worker(list(arguments))


if __name__ == "__main__":
    main(*sys.argv[1:])
