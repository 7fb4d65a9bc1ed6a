"""One event loop for each process, in a thread of its own, for what hundreds of threads would otherwise wait for.

Callers are synchronous: requests and jobs hand a coroutine over and wait for its result.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def running() -> asyncio.AbstractEventLoop:
    """Return the process's loop; the first caller starts it."""
    global _loop
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="provider-loop", daemon=True).start()
        return _loop


def submit[T](work: Coroutine[Any, Any, T]) -> Future[T]:
    """Begin ``work`` on the loop."""
    return asyncio.run_coroutine_threadsafe(work, running())


def is_running(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether ``loop`` is the process's, and not that of the process it was forked from."""
    return loop is _loop


def _begin_anew() -> None:
    """Threads do not survive a fork, and a lock that another thread held would stay locked for ever."""
    global _lock, _loop
    _lock, _loop = threading.Lock(), None


os.register_at_fork(after_in_child=_begin_anew)
