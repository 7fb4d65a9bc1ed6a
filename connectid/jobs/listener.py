"""Hearing from PostgreSQL that another process has committed a due job."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from django.db import connection

from connectid.jobs.outbox import CHANNEL

log = structlog.get_logger(__name__)

LISTEN_SECONDS = 0.25
"""How long it listens before it looks whether it should stop."""

RECONNECT_SECONDS = 5.0


class Listener(threading.Thread):
    """Calls ``bell`` for every notification that PostgreSQL sends of new jobs, over a connection of its own."""

    def __init__(self, bell: Callable[[], None]) -> None:
        super().__init__(name="jobs-listener", daemon=True)
        self._bell = bell
        self._parameters = _connection_parameters()
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Stop listening, and wait until the connection is closed."""
        self._stopping.set()
        self.join(timeout=8 * LISTEN_SECONDS)

    def run(self) -> None:
        """Listen until stopped; when the connection breaks, open another."""
        while not self._stopping.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                log.warning("job_listener_lost", error_class=type(error).__name__)
                self._stopping.wait(RECONNECT_SECONDS)

    def _listen(self) -> None:
        with psycopg.connect(**self._parameters, autocommit=True) as listening:
            listening.execute(f"LISTEN {CHANNEL}")
            self._bell()  # for what was committed while nobody listened
            while not self._stopping.is_set():
                for _ in listening.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                    self._bell()


def _connection_parameters() -> dict[str, Any]:
    """Return how Django connects, less what concerns only Django's own use of the connection."""
    parameters = dict(connection.get_connection_params())
    for name in ("context", "cursor_factory", "prepare_threshold"):
        parameters.pop(name, None)
    return parameters
