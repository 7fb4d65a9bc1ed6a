"""What every test of jobs starts from."""

import pytest
from pytest_django import Settings

from connectid.jobs.tests import sample_tasks


@pytest.fixture(autouse=True)
def no_runs_yet() -> None:
    """Let no test see the runs of another."""
    sample_tasks.reset()


@pytest.fixture(autouse=True)
def two_queues(settings: Settings) -> None:
    """Have two queues, whatever the server has."""
    settings.TASKS = {"default": settings.TASKS["default"] | {"QUEUES": ["default", "slow"]}}
