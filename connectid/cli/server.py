"""The server process: Granian, its workers, and what each worker starts with."""

import ctypes
import http.client
import importlib
import logging
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any

import click

from connectid.cli import memory, processors

NOTICE_SECONDS = 5
"""What load balancers take, at their usual intervals, to see that a server is not ready."""

DRAIN_SECONDS = 30
"""How long a stopping worker may take over the requests it has: a deploy loses none."""

JOB_THREADS = 4
"""Jobs that a worker runs at once beside its requests. A partner that does not answer has two of them (``PARTNER_CALLS_AT_ONCE``), an
FCM that does not answer one, and codes by text go on by the last."""

FEWER_BESIDE_JOBS = 2
"""Requests that a worker with jobs works on less: both use one interpreter. Jobs have connections of their own."""

REFUSING_THREADS = 8
"""Of a worker whose queue is full: they answer 503 beside the requests in hand."""

CONNECTIONS_PER_WORKER = 512
"""Beyond these, phones wait in the kernel's queue, where they cost nothing and hear nothing: the last backpressure, after the 503s
of :mod:`connectid.web.shedding`."""

_PR_SET_PDEATHSIG = 1  # of linux/prctl.h


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve."""

    host: str
    port: int
    workers: int
    connections: int
    """To the database, at most, of each worker for its requests; its jobs have some of their own."""
    queue: int
    """Requests that wait in each worker for their turn before the next is answered 503; 0: no limit."""
    patience: float
    """Seconds that one waits at most."""
    jobs: bool
    """Whether each worker runs background jobs on threads."""
    pin: bool
    """Whether each worker keeps to one processor."""
    notice: float
    """Seconds to go on serving after SIGTERM while ``/health/ready`` says no, for load balancers to hear of it."""
    logging: dict[str, Any]
    """How this process logs; its workers read the same from their settings."""
    greeting: str = ""
    """Printed once the first request could be answered."""

    @property
    def request_threads(self) -> int:
        """Requests that a worker works on at once: as many as find a connection without waiting for one."""
        return max(1, self.connections - (FEWER_BESIDE_JOBS if self.jobs else 0))

    @property
    def threads(self) -> int:
        """As many again as wait, and some to turn others away meanwhile. Granian starts them when they are needed."""
        return self.request_threads + (self.queue + REFUSING_THREADS if self.queue else 0)


def serve_until_stopped(serving: Serving, *, quiet: bool) -> None:
    """Serve until SIGTERM or Ctrl-C, finish the requests in hand, and return. Raises ``ClickException`` where it cannot."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from connectid.web import logging as logs
    from connectid.web import workers

    _refuse_taken_port(serving)
    logs.configure(serving.logging)
    server: Any = Granian(
        "connectid.config.wsgi:application",
        address=serving.host,
        port=serving.port,
        interface=Interfaces.WSGI,
        workers=serving.workers,
        blocking_threads=serving.threads,
        backpressure=CONNECTIONS_PER_WORKER,
        websockets=False,
        log_level=LogLevels.error if quiet else LogLevels.info,
        respawn_failed_workers=not quiet,
        log_dictconfig=logs.granian_config(),
        workers_kill_timeout=DRAIN_SECONDS,
    )
    # Its threads wait for the database and for vendors, so there are more of them than processors, on purpose.
    logging.getLogger("_granian").addFilter(lambda record: "seems quite high" not in record.getMessage())
    server.signal_handler_interrupt = partial(_stop, server.signal_handler_interrupt, serving.notice)
    with workers.sharing() if serving.workers > 1 or serving.notice else nullcontext():
        server.serve(target_loader=partial(load, serving), wrap_loader=False)


def _stop(stop: Callable[..., None], notice: float, number: int, frame: FrameType | None) -> None:
    """Announce the end at the first SIGTERM; obey the second, and Ctrl-C, at once."""
    from connectid.web import workers

    if number == signal.SIGINT or not notice or workers.is_shutting_down():
        stop(number, frame)
        return
    workers.announce_shutdown()
    end = threading.Timer(notice, stop, (number, frame))
    end.daemon = True
    end.start()


def load(serving: Serving) -> Callable[..., Any]:
    """Load the application in a worker process, and start what runs beside it there."""
    # A terminal sends Ctrl-C to every process. A worker that gets that signal and then the server's own order to stop
    # often hangs until it is killed, so it hears the order alone. A process group of its own would do, too, but outlive
    # a server that is killed with its group.
    granian_signals: Any = importlib.import_module("granian._signals")
    granian_signals._get_signals = lambda: [signal.SIGTERM]
    _end_with_the_server()
    # Granian sets its own handlers once this returns; until then a stop must end the process and not be forgotten.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory.return_large_blocks()
    if serving.pin:
        processors.keep_to_one(serving.workers)
    from connectid.config.wsgi import application
    from connectid.web import afterwards
    from connectid.web.shedding import shedding
    from connectid.web.turns import Turns

    if serving.jobs:
        from connectid.jobs import embedded

        embedded.start(threads=JOB_THREADS)
    if not serving.logging.get("console"):
        afterwards.of_process.start()
    if serving.greeting:
        threading.Thread(target=_greet, args=(serving,), daemon=True).start()
    if not serving.queue:
        return application
    turns = Turns(at_once=serving.request_threads, queue=serving.queue, patience=serving.patience)
    return shedding(application, turns)


def _end_with_the_server() -> None:
    """Ask the kernel for a SIGTERM when the server process dies without having stopped this one."""
    with suppress(AttributeError):  # Linux only
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def address(host: str, port: int) -> str:
    """Return the address at which this machine reaches the server."""
    reachable = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - compared, not bound
    return f"http://{f'[{reachable}]' if ':' in reachable else reachable}:{port}"


def _refuse_taken_port(serving: Serving) -> None:
    # Granian would share the port with another server that shares it too, and answer every other request.
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((serving.host, serving.port))
        except OSError as error:
            raise click.ClickException(
                f"cannot listen on {serving.host}:{serving.port}: {error.strerror}. Choose another port with PORT=8001."
            ) from error


def _greet(serving: Serving) -> None:
    """Print the greeting once the server answers."""
    while not _answers(serving):
        time.sleep(0.02)
    click.echo(serving.greeting)


def _answers(serving: Serving) -> bool:
    host = address(serving.host, serving.port).removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=5)
    try:
        connection.request("GET", "/users/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
