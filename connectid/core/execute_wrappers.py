"""Wrappers around the statements of all connections: of those that this thread has, and of those that any thread opens first from now on.

A thread that had a connection keeps its wrappers (``connectid.core.postgresql``): so install before threads start.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

type Wrapper = Callable[..., Any]
"""What ``connection.execute_wrapper`` of Django takes."""

_between = {str(Path(__file__).with_name("prepared.py"))}
"""The files of code that only hands a statement on: whoever looks for the line that asked looks further out."""


def install(wrapper: Wrapper) -> None:
    """Have ``wrapper`` around every statement, outside of those that are there already; once, however often this is called."""
    _between.add(wrapper.__code__.co_filename)

    def watch(*, connection: BaseDatabaseWrapper, **_: object) -> None:
        if wrapper not in connection.execute_wrappers:
            # In front: ``connection.execute_wrapper`` takes its own away from the end.
            connection.execute_wrappers.insert(0, wrapper)

    connection_created.connect(watch, weak=False, dispatch_uid=wrapper)
    for connection in connections.all(initialized_only=True):
        watch(connection=connection)


def remove(wrapper: Wrapper) -> None:
    """Let connections that are opened from now on be without it."""
    connection_created.disconnect(dispatch_uid=wrapper)


def is_between(file: str) -> bool:
    """Whether the code of ``file`` hands statements on that others ask for."""
    return file in _between
