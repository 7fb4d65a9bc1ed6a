"""Where the CPU time of a request goes, layer by layer: ``python -m benchmarks.hot.layers [ENDPOINT ...]``.

One process answers the same kind of request some thousand times, once without and once with ``cProfile``; its lines in the log and its counts
are another thread's, as in a server (:mod:`connectid.web.afterwards`). The profiler makes each call
dearer by about the same, so what it added in all is taken off again call by call; the layers add up to the time without it. It has the clock on the wall, for asking for the
CPU time of a thread takes longer than most functions do; what was waited for the database is taken off where that is done. What C code
and Python's library do belongs to the layer that called them. Waiting costs no CPU and is told apart.
"""

import cProfile
import pstats
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import cycle, islice
from typing import Any
from uuid import uuid4

from benchmarks.hot.sizes import accounts, sizes
from benchmarks.report import Figure, print_table

DEFAULT = ("retrieve_notifications", "send_message")
TITLES = {
    "retrieve_notifications": "Where a poll's microseconds go",
    "send_message": "Where the microseconds of a worker's message go",
}
SERVER = "HTTP server"
OTHERS = "everything else"

LAYERS: dict[str, tuple[str, ...]] = {
    "logging and metrics": (
        *(f"connectid/web/{name}.py" for name in ("afterwards", "answered", "logging", "redaction", "request_metrics")),
        *(f"connectid/web/{name}.py" for name in ("query_budget", "request_ids", "request_names")),
        "structlog/",
        "prometheus_client/",
    ),
    "authentication and limits": (
        *(f"connectid/web/{name}.py" for name in ("authentication", "guesses", "limiting", "limits")),
        "connectid/core/ratelimit",
        "connectid/core/secrets",
        *(f"connectid/{name}/" for name in ("devices", "oauth")),
        "connectid/messaging/authentication.py",
        "limits/",
    ),
    "database driver and connections": (
        *(f"connectid/core/{name}" for name in ("prepared", "postgresql", "primary", "request_connections", "outdated_plans", "replicas")),
        "connectid/config/databases.py",
        *("psycopg", "django/db/backends/", "django/db/utils.py", "django/db/transaction.py", "django/db/__init__.py"),
    ),
    "Django's ORM": ("django/db/",),
    "reading and rendering": (
        *(f"connectid/web/{name}.py" for name in ("parsing", "bodies", "negotiation", "problems", "operation")),
        *("dmr/", "msgspec/"),
    ),
    "fast path, gateway, routes and turns": ("connectid/web/",),
    "Django's handler, requests and middlewares": ("django/", "whitenoise/", "asgiref/"),
    "the endpoint and its operation": ("connectid/",),
}  # fmt: skip
"""By the layer's name: beginnings of paths of its modules, the first that fits. Functions of none belong to their callers."""

_WAITS = re.compile(r"'poll' of 'select\.poll'|core/prepared\.py:_run$")
"""Functions that wait for the database: that of Python's library, and the one that calls libpq's, of which the profiler knows nothing."""

type _Function = tuple[str, int, str]


def measured(texts: Sequence[str], *, expected: int) -> dict[str, float]:
    """Microseconds of each layer for one request, the dearest first, and of waiting (``waiting``)."""
    from benchmarks.hot.costs import environ_of
    from connectid.config.wsgi import application
    from connectid.web import afterwards

    def answer(environs: Iterable[dict[str, Any]]) -> None:
        for environ in environs:
            list(application(environ, told))

    def told(status: str, *_: object) -> None:
        if not status.startswith(str(expected)):
            raise RuntimeError(f"answered {status} instead of {expected}")

    def fresh() -> list[dict[str, Any]]:
        return [environ_of(_anew(text)) for text in islice(cycle(texts), sizes().profiled)]

    afterwards.of_process.start()  # as a server does
    answer(fresh())  # to warm up
    wall, cpu = _spent(answer, fresh())
    profile = cProfile.Profile()
    environs = fresh()
    profile.runcall(answer, environs)
    afterwards.of_process.catch_up()  # so that nothing else is written to standard output from now on
    found = _layers(pstats.Stats(profile).stats, cpu, waited=wall - cpu)  # type: ignore[attr-defined]  # typeshed leaves it out
    each = {name: 1e6 * seconds / len(environs) for name, seconds in found.items()}
    ordered = dict(sorted(each.items(), key=lambda one: -one[1]))
    return {**ordered, "waiting": 1e6 * (wall - cpu) / len(environs)}


def figures(layers: dict[str, float], *, by_server: float | None = None) -> Iterator[Figure]:
    """A line for each layer. ``by_server`` is the CPU of the same request through Granian, in milliseconds, whose own part is the rest."""
    waiting = layers["waiting"]
    inside = {name: value for name, value in layers.items() if name != "waiting"}
    if by_server is not None:
        yield Figure("in all, CPU of the server's workers", 1000 * by_server, "µs")
        yield Figure(
            f"{SERVER} (Granian) and all threads but the request's: what is left",
            1000 * by_server - sum(inside.values()),
            "µs",
        )
    yield Figure("inside the application, in one process that does nothing else", sum(inside.values()), "µs")
    for name, value in inside.items():
        yield Figure(name, value, "µs")
    yield Figure("waiting for the database meanwhile, no CPU", waiting, "µs")


def _anew(text: str) -> str:
    """The same request; a message gets an id of its own, since one that is sent again is not stored again."""
    return re.sub(r'("message_id": ")[^"]{36}"', lambda found: f'{found[1]}{uuid4()}"', text)


def _spent(act: Callable[[Any], None], given: Any) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.thread_time()
    act(given)
    return time.perf_counter() - wall, time.thread_time() - cpu


def _layers(stats: dict[_Function, Any], seconds: float, *, waited: float) -> dict[str, float]:
    """Seconds of each layer, together ``seconds``: what functions took by themselves, without what the profiler added to each call."""
    own_seconds = {function: one[2] for function, one in stats.items()}
    waits = {
        function: own
        for function, own in own_seconds.items()
        if _WAITS.search(f"{function[0]}:{function[2]}")
    }
    for function, own in waits.items():
        own_seconds[function] = max(0.0, own - waited * own / sum(waits.values()))
    calls_in: Counter[_Function] = Counter()
    calls_out: Counter[_Function] = Counter()
    for function, (_, count, _, _, callers) in stats.items():
        calls_in[function] += count
        for caller, (times, *_) in callers.items():
            calls_out[caller] += times
    of_a_call = max(0.0, sum(own_seconds.values()) - seconds) / sum(calls_in.values())
    left = {
        function: max(0.0, own - of_a_call * (calls_in[function] + calls_out[function]) / 2)
        for function, own in own_seconds.items()
    }
    found: Counter[str] = Counter()
    for _ in range(20):  # from the library's functions to their callers, and on to theirs
        moved: dict[_Function, float] = {}
        for function, own in left.items():
            layer, callers = _layer(function), stats[function][4]
            times = sum(one[0] for one in callers.values())
            if layer or not times:
                found[layer or OTHERS] += own
                continue
            for caller, (count, *_) in callers.items():
                moved[caller] = moved.get(caller, 0.0) + own * count / times
        left = moved
    found[OTHERS] += sum(left.values())
    scale = seconds / sum(found.values())
    return {name: value * scale for name, value in found.items()}


def _layer(function: _Function) -> str | None:
    path, _, name = function
    if "psycopg" in name:  # methods of libpq's connection, whoever calls them
        return "database driver and connections"
    module = re.sub(r"^.*?/site-packages/|^.*/(?=connectid/\w+/|connectid/\w+\.py)", "", path)
    for layer, beginnings in LAYERS.items():
        if module.startswith(beginnings):
            return layer
    return None


def main(names: Sequence[str]) -> int:
    """Print the layers of the named endpoints, on a population of ``ACCOUNTS``."""
    from benchmarks.hot.populations import population

    with population(accounts()):
        import django

        django.setup()
        from benchmarks.fleet.crew import Crew
        from benchmarks.hot.requests import PHONES, hot_endpoints

        every = {one.name: one for one in hot_endpoints(Crew(accounts()), PHONES * 4)}
        if unknown := set(names) - set(every):
            print(f"no endpoint is called {', '.join(sorted(unknown))}: {', '.join(every)}")
            return 2
        for name in names or DEFAULT:
            layers = measured(every[name].texts, expected=every[name].expected)
            print_table(TITLES.get(name, f"Where the microseconds of {name} go"), figures(layers))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
