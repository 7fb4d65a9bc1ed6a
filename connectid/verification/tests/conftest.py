"""Fixtures of verification's tests."""

from collections.abc import Callable

import pytest

from connectid.jobs.models import Job
from connectid.testing.compared import codes_compared
from connectid.verification import tasks


@pytest.fixture
def enqueued() -> Callable[[], list[int]]:
    """Gives the challenges whose sending was enqueued so far, oldest first."""

    def challenges() -> list[int]:
        jobs = Job.objects.filter(task=tasks.send_challenge.module_path).order_by("pk")
        return [job.args[0] for job in jobs]

    return challenges


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every code that was compared with a right one."""
    return codes_compared(monkeypatch)
