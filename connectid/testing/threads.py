"""Running provider calls of a request in the test's own thread.

A test that rolls its transaction back shares it with no other thread, and a sandbox answers from the database.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class InThisThread(Executor):
    """An executor that runs each call at once, where it is submitted."""

    def submit[**P, T](self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``call`` now; the future is already done."""
        future: Future[Any] = Future()
        try:
            future.set_result(call(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - whoever waits for the future gets it
            future.set_exception(error)
        return future
