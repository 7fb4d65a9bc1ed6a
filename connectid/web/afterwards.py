"""What is done for a request once it is answered: its line in the log, its counts in the metrics.

A server does it for many requests at a time, a moment later. A request that has waited for the database finds the processor's
caches full of other things, so that code which takes 13 microseconds when it runs again and again takes it 50; and one write of many
lines costs no more than one of one line (docs/decisions/0042-told-together.md). Everywhere else, in tests and commands, it is done at once.
"""

import threading
from collections import deque
from collections.abc import Callable
from time import perf_counter

from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Counter

from connectid.web import answered, logging, request_metrics
from connectid.web.answered import Answered

WITHIN = 0.1
"""Seconds within which a request is told of. So much of the log a process takes with it that is killed."""

MOST = 500
"""Requests that wait to be told of. The one that finds more tells of them all: the log must keep pace, or hold the requests up."""

AT_THE_END = 5.0
"""Seconds that the end of the process waits for a log that takes nothing."""

LOST = Counter(
    "connectid_request_lines_lost",
    "Lines of requests that the log could not take: its reader is gone or full.",
)


class Afterwards:
    """What waits to be told, and the thread that tells it.

    Counting waits for nobody; writing waits for the reader of the log, and who has no line to write does not wait with it.
    """

    def __init__(self, *, together: bool = False) -> None:
        """Let what is noted wait for :meth:`catch_up` if ``together``; otherwise it is told at once, until :meth:`start`."""
        self._uncounted: deque[Answered] = deque()
        self._unwritten: deque[Answered] = deque()
        self._counting, self._writing = threading.Lock(), threading.Lock()
        self._is_one_there, self._is_over = threading.Event(), threading.Event()
        self._together = together

    def note(self, one: Answered) -> None:
        """Tell of a request, now or together with others; at once if it failed, for what comes next may be the process's end."""
        self._uncounted.append(one)
        if not self._together or one.status >= 500 or self._is_much():
            self.count()
            if logging.has_line(one):
                self._write()
        elif not self._is_one_there.is_set():
            self._is_one_there.set()

    def catch_up(self) -> None:
        """Tell of all that are answered by now."""
        self.count()
        self._write()

    def count(self) -> None:
        """Count all that are answered by now."""
        with self._counting:
            for one in _all(self._uncounted):
                request_metrics.observe(one)
                if logging.has_line(one):
                    self._unwritten.append(one)

    def start(self) -> None:
        """From now on, tell of many together, until the process ends."""
        if self._together:
            return
        self._together = True
        telling = threading.Thread(target=self._go_on, name="afterwards", daemon=True)
        telling.start()
        # Not a daemon, so that the interpreter waits for it: what was answered last is told, too.
        threading.Thread(target=self._end, args=(telling,), name="afterwards-end").start()

    def _is_much(self) -> bool:
        return len(self._uncounted) > MOST or len(self._unwritten) > MOST

    def _write(self) -> None:
        with self._writing:
            lines = _all(self._unwritten)
            if lines:
                try:
                    logging.tell_of_requests(lines)
                except (OSError, ValueError):  # not to be told of: it is the log that fails
                    LOST.inc(len(lines))

    def _go_on(self) -> None:
        while not self._is_over.is_set():
            self._is_one_there.wait()
            self._is_one_there.clear()
            self._is_over.wait(WITHIN)
            self.catch_up()

    def _end(self, telling: threading.Thread) -> None:
        threading.main_thread().join()
        self._together = False
        self._is_over.set()
        self._is_one_there.set()
        telling.join(AT_THE_END)


def _all(of: deque[Answered]) -> list[Answered]:
    """Take what is there by now; more may come meanwhile."""
    return [of.popleft() for _ in range(len(of))]


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
