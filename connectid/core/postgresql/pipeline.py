"""Two prepared statements in one round trip, by libpq itself."""

import select
from typing import Any

import psycopg
from psycopg.pq.abc import PGresult

from connectid.core.postgresql.lending import readable as readable_of

type Prepared = tuple[bytes, list[bytes]]
"""The name of a statement that the connection has prepared, and its parameters."""


def both(raw: psycopg.Connection[Any], first: Prepared, second: Prepared) -> tuple[PGresult, PGresult]:
    """Send both, then wait for both answers. Where the first fails, the server does not run the second."""
    libpq, readable = raw.pgconn, readable_of(raw)
    try:
        libpq.enter_pipeline_mode()
        libpq.send_query_prepared(*first)
        libpq.send_query_prepared(*second)
        libpq.pipeline_sync()
        answers = _next_of_two(libpq, readable), _next_of_two(libpq, readable)
        _await_input(libpq, readable)
        libpq.get_result()  # the mark of the end: PIPELINE_SYNC
        libpq.exit_pipeline_mode()
    except BaseException:
        raw.close()  # who knows what it would answer next
        raise
    return answers


def _next_of_two(libpq: Any, readable: select.poll) -> PGresult:
    """The answer to the next statement of a pipeline."""
    _await_input(libpq, readable)
    answer: PGresult = libpq.get_result()
    libpq.get_result()  # None, for there is no more of it: libpq says so of itself
    return answer


def _await_input(libpq: Any, readable: select.poll) -> None:
    """Wait until there is something to get; not by libpq, which would hold Python's lock meanwhile."""
    while libpq.is_busy():
        readable.poll()
        libpq.consume_input()
