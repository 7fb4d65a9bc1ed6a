"""The primary's connection of this thread, by a shorter way than ``connections``, which looks for a running event loop each time.

A poll asks for it half a dozen times. Django makes one for each thread and alias and keeps it as long as the thread lives.
"""

import threading

from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper


class _OfThread(threading.local):
    found: BaseDatabaseWrapper | None = None


_of_thread = _OfThread()


def connection() -> BaseDatabaseWrapper:
    """Return what ``connections[DEFAULT_DB_ALIAS]`` does."""
    found = _of_thread.found
    if found is None:
        found = _of_thread.found = connections[DEFAULT_DB_ALIAS]
    return found


def give_back() -> None:
    """Do what Django does after each of its requests: give this thread's connections back to their pools, or close old ones."""
    if len(connections.settings) > 1:
        close_old_connections()
    else:
        connection().close_if_unusable_or_obsolete()
