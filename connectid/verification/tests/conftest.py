"""Jobs of these tests are kept in memory: what a send enqueues is looked at, and delivered by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from django.tasks import default_task_backend
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _jobs_in_memory(settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}


@pytest.fixture
def enqueued() -> Callable[[], list[int]]:
    """Gives the challenges whose sending was enqueued so far, oldest first."""

    def challenges() -> list[int]:
        backend: Any = default_task_backend
        return [result.args[0] for result in backend.results]

    return challenges
