"""The world outside the fleet: every phone and partner on one event loop, in a thread beside the one that kills."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from typing import Any

END_SECONDS = 10.0


class Outside:
    """The loop, for those who are not on it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def submit[T](self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin ``work``."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        """Cancel what still runs, and end the loop."""
        with contextlib.suppress(TimeoutError):
            self.submit(_cancel_all()).result(END_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(END_SECONDS)
        self._loop.close()


async def _cancel_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@contextlib.contextmanager
def running() -> Iterator[Outside]:
    """Lend a loop until the block ends."""
    outside = Outside()
    try:
        yield outside
    finally:
        outside.close()
