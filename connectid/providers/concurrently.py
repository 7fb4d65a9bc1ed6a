"""Runs independent provider calls of one request at the same time.

The calls of a request together take as long as the slowest of them, and never longer than the deadline, however many
of them hang.
"""

import contextvars
import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from typing import NoReturn

from django.db import connections

from connectid.providers._watch import TimedOut

_THREADS = 64  # per process; made when first needed


@dataclass(frozen=True, slots=True)
class Done[T]:
    """A call that returned ``value``."""

    value: T

    def result(self) -> T:
        """Return the value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Failed:
    """A call that raised ``error``, or that had not returned by the deadline (then it is ``Unavailable``, as ``TimedOut``)."""

    error: Exception

    def result(self) -> NoReturn:
        """Raise the error."""
        raise self.error


type Outcome[T] = Done[T] | Failed


def at_once[T](deadline: float, **calls: Callable[[], T]) -> dict[str, Outcome[T]]:
    """Run every call in a thread of its own and return their outcomes by name, after ``deadline`` seconds at most.

    A call that raises does not disturb the others. A call that is still running at the deadline is left behind: it ends by
    its own deadline and nobody reads its result; one that had not begun never will. Context variables, such as the
    request id of the log, are those of the caller.
    """
    caller = threading.get_ident()
    futures = {
        name: _executor().submit(contextvars.copy_context().run, _run, call, caller)
        for name, call in calls.items()
    }
    finished, _ = wait(futures.values(), timeout=deadline)
    outcomes: dict[str, Outcome[T]] = {}
    for name, future in futures.items():
        if future in finished:
            outcomes[name] = future.result()
        else:
            future.cancel()
            outcomes[name] = Failed(TimedOut(f"the call for {name} had no answer before the deadline"))
    return outcomes


def _run[T](call: Callable[[], T], caller: int) -> Outcome[T]:
    try:
        return Done(call())
    except Exception as error:  # noqa: BLE001 - whatever went wrong belongs to this call alone
        return Failed(error)
    finally:
        if threading.get_ident() != caller:
            # A sandbox may have used the database; the thread lives on and must not keep a connection.
            connections.close_all()


@cache
def _executor() -> Executor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="provider-call")


os.register_at_fork(after_in_child=_executor.cache_clear)  # threads do not survive a fork
