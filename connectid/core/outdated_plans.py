"""Statements that were prepared before a migration changed the type of a column that they return.

Migrations run beside servers, whose connections live for an hour. PostgreSQL refuses such a statement from then on ("cached plan must
not change result type"), for as long as its connection lives; psycopg does not know. Nothing has been run by then, so it is
prepared anew and run again, except within a transaction, which has failed: rolling it back has psycopg prepare anew.
"""

from collections.abc import Callable
from typing import Any

from django.db import NotSupportedError
from psycopg.errors import FeatureNotSupported
from psycopg.pq import TransactionStatus

from connectid.core import execute_wrappers

REFUSED_BY = "RevalidateCachedQuery"
"""The function of PostgreSQL's that refuses it; the SQLSTATE is that of whatever PostgreSQL cannot do."""


def install() -> None:
    """Watch every connection; before whatever counts statements, which is to see one."""
    execute_wrappers.install(prepare_again)


def is_outdated(error: BaseException) -> bool:
    """Whether an error of Django's says that a statement has to be prepared anew."""
    cause = error.__cause__
    return isinstance(cause, FeatureNotSupported) and cause.diag.source_function == REFUSED_BY


def prepare_again(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run a statement of a cursor, and once more where it has to be prepared anew; what libpq prepared sees to itself."""
    try:
        return execute(sql, params, many, context)
    except NotSupportedError as error:
        raw = context["connection"].connection
        if not is_outdated(error) or raw.info.transaction_status != TransactionStatus.IDLE:
            raise
        with raw.transaction(force_rollback=True):
            pass  # after which psycopg forgets what it prepared, and has the server forget it
        return execute(sql, params, many, context)
