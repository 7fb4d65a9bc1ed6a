"""Provider calls inside the transaction of a test."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from connectid.providers import concurrently

OTHER_THREADS_SEE_THE_ROWS = {"transactional_db", "django_db_reset_sequences", "live_server"}


class InThisThread(Executor):
    """Runs each call when it is submitted."""

    def submit[T](self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Return a future that is done already."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - as a pool does
            future.set_exception(error)
        return future


@pytest.fixture(autouse=True)
def provider_calls_see_the_rows_of_the_test(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run the calls of ``at_once`` one after another in tests that are rolled back.

    Sandboxes read and write the database, and no other thread sees what a test has not committed. A test marked
    ``django_db(transaction=True)`` commits, one without the mark has no database: both get real threads.
    """
    mark = request.node.get_closest_marker("django_db")
    if mark is None or mark.kwargs.get("transaction") or OTHER_THREADS_SEE_THE_ROWS & {*request.fixturenames}:
        return
    executor = InThisThread()
    monkeypatch.setattr(concurrently, "_executor", lambda: executor)
