"""What is done for a request once it is answered: its line in the log, its counts in the metrics.

A server does it for many requests at a time, a moment later. A request that has waited for the database finds the processor's
caches full of other things, so that code which takes 13 microseconds when it runs again and again takes it 50; and one write of many
lines costs no more than one of one line (docs/decisions/0042-told-together.md). Everywhere else, in tests and commands, it is done at once.
"""

import threading
from collections import deque
from collections.abc import Callable
from time import perf_counter, sleep

from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Counter

from connectid.web import answered, logging, request_metrics
from connectid.web.answered import Answered

WITHIN = 0.1
"""Seconds within which a request is told of. So much of the log a process takes with it that is killed."""

MOST = 500
"""Requests that wait to be told of. The one that finds more tells of them all: the log must keep pace, or hold the requests up."""

LOST = Counter(
    "connectid_request_lines_lost",
    "Lines of requests that the log could not take: its reader is gone or full.",
)


class Afterwards:
    """What waits to be told, and the thread that tells it."""

    def __init__(self, *, together: bool = False) -> None:
        """Let what is noted wait for :meth:`catch_up` if ``together``; otherwise it is told at once, until :meth:`start`."""
        self._waiting: deque[Answered] = deque()
        self._is_one_there = threading.Event()
        self._telling = threading.Lock()
        self._together = together

    def note(self, one: Answered) -> None:
        """Tell of a request, now or together with others; at once if it failed, for what comes next may be the process's end."""
        if not self._together:
            _tell([one])
            return
        self._waiting.append(one)
        if one.status >= 500 or len(self._waiting) > MOST:
            self.catch_up()
        elif not self._is_one_there.is_set():
            self._is_one_there.set()

    def catch_up(self) -> None:
        """Tell of all that are answered by now."""
        with self._telling:
            waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if waiting:
                try:
                    _tell(waiting)
                except (OSError, ValueError):  # not to be told of: it is the log that fails
                    LOST.inc(len(waiting))

    def start(self) -> None:
        """From now on, tell of many together, until the process ends."""
        if self._together:
            return
        self._together = True
        threading.Thread(target=self._go_on, name="afterwards", daemon=True).start()
        # Not a daemon, so that the interpreter waits for it: what was answered last is told, too.
        threading.Thread(target=self._end, name="afterwards-end").start()

    def _go_on(self) -> None:
        while self._together:
            self._is_one_there.wait()
            self._is_one_there.clear()
            sleep(WITHIN)
            self.catch_up()

    def _end(self) -> None:
        threading.main_thread().join()
        self._together = False
        self.catch_up()


of_process = Afterwards()
"""What this process tells by."""


class AfterwardsMiddleware:
    """Has every request told of."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then tell."""
        started = request.META.setdefault(answered.STARTED, perf_counter())
        response = self.get_response(request)
        of_process.note(answered.of(request, response.status_code, started))
        return response


def _tell(of: list[Answered]) -> None:
    for one in of:
        request_metrics.observe(one)
    logging.tell_of_requests(of)
