"""The backend: Django's own, with a shorter way to a connection of the pool and back."""

from typing import Any

from django.db.backends.postgresql import base

from connectid.core.postgresql import lending


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes what the pool has idle as it is.

    The pool has configured it when it opened it, and it came back outside a transaction: so nothing has to be worked out and
    hardly anything set, as Django would for a new one. The signal ``connection_created`` is sent for a thread's first
    connection, which is when its wrapper is made ready; those that are lent later are the same wrapper's.
    """

    _is_ready = False
    """Whether this wrapper has had a connection, and so everything that a connection of the same pool needs."""

    def connect(self) -> None:
        """Have a connection: one that is idle, or else as Django does."""
        pool = self.pool if self._is_ready else None
        lent = None if pool is None else lending.lend(pool)
        if lent is None:
            super().connect()
            # An isolation level of one's own is set on each connection that Django gets.
            self._is_ready = "isolation_level" not in self.settings_dict["OPTIONS"]
            return
        if not lent.autocommit:
            lent.autocommit = True
        self._begin_anew()
        self.connection = lent

    def _begin_anew(self) -> None:
        """Forget what happened on the connection before, as :meth:`connect` of Django's does."""
        self.in_atomic_block = False
        self.savepoint_ids = []
        self.atomic_blocks: list[Any] = []
        self.needs_rollback = False
        self.closed_in_transaction = False
        self.errors_occurred = False
        self.close_at = 0.0  # CONN_MAX_AGE is 0 where there is a pool
        self.autocommit = True
        self.run_on_commit = []

    def close_if_unusable_or_obsolete(self) -> None:
        """Give a connection of the pool back; whatever is not as it was lent is left to Django to look at."""
        if not self.autocommit or self.errors_occurred or getattr(self.connection, "_pool", None) is None:
            super().close_if_unusable_or_obsolete()
            return
        self.run_on_commit = []
        self._close()

    def _close(self) -> None:
        connection: Any = self.connection
        pool = None if connection is None else getattr(connection, "_pool", None)
        if pool is None:
            super()._close()  # type: ignore[misc]  # there, and missing in django-stubs
            return
        with self.wrap_database_errors:
            lending.take_back(pool, connection)
        self.connection = None
