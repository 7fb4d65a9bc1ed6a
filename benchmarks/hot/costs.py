"""What requests of one endpoint cost, measured at one server."""

import io
import sys
from dataclasses import dataclass
from typing import Any

from benchmarks import load
from benchmarks.fleet.machine import Machine
from benchmarks.hot.pgbench import CONNECTIONS, Statement


@dataclass(frozen=True)
class Hot:
    """An endpoint: its requests as they go over the wire, the status of a success, and the goals for one of them."""

    name: str
    texts: list[str]
    statements: int
    milliseconds: float | None
    expected: int = 200
    is_read: bool = True
    """Whether it changes nothing, so that pgbench can run the same statements again and again."""


@dataclass(frozen=True)
class Cost:
    """Of one request, in milliseconds; and how many of them there were in a second."""

    application: float
    database: float
    median: float
    p95: float
    p99: float
    rate: float

    @property
    def cpu(self) -> float:
        """Of both."""
        return self.application + self.database


def cost(machine: Machine, hot: Hot, *, strictly: bool) -> Cost:
    """Send every request of ``hot``.

    ``strictly``, an answer that is not as expected raises ``RuntimeError``; to warm up, a phone may be told of its first heartbeat.
    """
    before = machine.spent()
    outcome = load.apply(
        load.Load(machine.server.url, "", 0, texts=hot.texts, expected=hot.expected, connections=CONNECTIONS)
    )
    spent = machine.spent().since(before)
    if outcome.failures and strictly:
        raise RuntimeError(f"{hot.name}: answered {outcome.failures} instead of {hot.expected}")
    count = len(hot.texts)
    return Cost(
        application=1000 * spent.application / count,
        database=1000 * spent.database / count,
        median=1000 * outcome.median,
        p95=1000 * outcome.p95,
        p99=1000 * outcome.p99,
        rate=count / outcome.total,
    )


def statements_of(text: str, *, expected: int) -> list[Statement]:
    """Answer a request inside this process; return its statements and their parameters, as they go to the driver."""
    from django.db import connection

    from connectid.config.wsgi import application

    found: list[Statement] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, list(params or ())))
        return execute(sql, params, many, context)

    statuses: list[str] = []
    with connection.execute_wrapper(record):
        answer: Any = application(environ_of(text), lambda status, *_: statuses.append(status))
        list(answer)
    if not statuses[0].startswith(str(expected)):
        raise RuntimeError(f"answered {statuses[0]} instead of {expected}")
    return [one for one in found if not one[0].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]


def environ_of(text: str) -> dict[str, Any]:
    """The request as a server hands it to the application (PEP 3333)."""
    head, _, body = text.partition("\r\n\r\n")
    (method, target, _), *headers = [line.split(" ", 2) for line in head.split("\r\n")]
    path, _, query = target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body.encode()),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, *value in headers:
        key = name.rstrip(":").upper().replace("-", "_")
        environ[key if key.startswith("CONTENT_") else f"HTTP_{key}"] = " ".join(value)
    return environ
