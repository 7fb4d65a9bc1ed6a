"""Tables in Google BigQuery, by load jobs.

Each part is a job of its own, whose id follows from run and number: BigQuery refuses a second job of the same id, so a part that
is put twice is there once. Parts go into a table of the run; publishing copies it over the table that readers see, in one job.
"""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self

import requests
from django.conf import settings
from google.api_core.exceptions import Conflict, GoogleAPICallError, NotFound, ServerError, TooManyRequests
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError
from google.cloud import bigquery

from connectid.core.datetimes import serializer_format
from connectid.providers._google import ServiceAccountTokens
from connectid.providers._watch import Watch
from connectid.providers.errors import ProviderError, Rejected, Unavailable
from connectid.providers.exports import Row, Run, Type, Value, needed

SCOPE = "https://www.googleapis.com/auth/bigquery"
CALL = 30.0
"""Seconds for one call."""
JOB = 120.0
"""Seconds for one job."""

_ONCE: Any = None
"""No retries of the library's: it would go on for minutes, and a job of ours is repeated anyway."""

_TYPES = {Type.TEXT: "STRING", Type.INTEGER: "INTEGER", Type.BOOLEAN: "BOOLEAN", Type.MOMENT: "TIMESTAMP"}


class _Tokens(Credentials):
    """Our service account's tokens, in the words of Google's library."""

    def __init__(self, tokens: ServiceAccountTokens) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._tokens = tokens

    def refresh(self, request: Any) -> None:
        """Ask for a token within the time of one call."""
        self.token = self._tokens.access_token(deadline=CALL)


class BigQuery:
    """Loads into one data set."""

    def __init__(self, *, url: str, project: str, dataset: str, tokens: ServiceAccountTokens) -> None:
        self._dataset = f"{project}.{dataset}"
        self._client = bigquery.Client(
            project=project, credentials=_Tokens(tokens), client_options={"api_endpoint": url}
        )
        self._watch = Watch("bigquery")

    @classmethod
    def from_settings(cls) -> Self:
        """Build what the ``BIGQUERY_*`` settings describe."""
        needed("BIGQUERY_PROJECT", "BIGQUERY_DATASET", "BIGQUERY_SERVICE_ACCOUNT")
        try:
            tokens = ServiceAccountTokens.from_json(
                settings.BIGQUERY_SERVICE_ACCOUNT, scope=SCOPE, token_url=settings.GOOGLE_TOKEN_URL
            )
        except ValueError as error:
            raise Rejected(f"BIGQUERY_SERVICE_ACCOUNT: {error}") from None
        return cls(
            url=settings.BIGQUERY_URL.rstrip("/"),
            project=settings.BIGQUERY_PROJECT,
            dataset=settings.BIGQUERY_DATASET,
            tokens=tokens,
        )

    def put(self, run: Run, number: int, rows: Sequence[Row]) -> None:
        """Load a part (see :class:`connectid.providers.exports.Destination`)."""
        content = b"".join(_line(run, row) for row in rows)
        config = bigquery.LoadJobConfig(
            schema=[bigquery.SchemaField(column.name, _TYPES[column.type]) for column in run.columns],
            source_format=bigquery.SourceFormat.NEWLINE_DELIMITED_JSON,
            write_disposition=bigquery.WriteDisposition.WRITE_APPEND,
        )
        self._job(
            f"connectid-{run.table}-{run.name}-{number}",
            lambda job_id: self._client.load_table_from_file(
                io.BytesIO(content),
                self._of_run(run),
                size=len(content),
                num_retries=0,
                job_id=job_id,
                job_config=config,
                timeout=CALL,
            ),
        )

    def publish(self, run: Run, parts: int) -> str:
        """Copy the run's table over the one that readers see (see :class:`connectid.providers.exports.Destination`)."""
        table = f"{self._dataset}.{run.table}"
        if not parts:
            self.put(run, 0, [])
        config = bigquery.CopyJobConfig(write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE)
        self._job(
            f"connectid-{run.table}-{run.name}-publish",
            lambda job_id: self._client.copy_table(
                self._of_run(run), table, job_id=job_id, job_config=config, retry=_ONCE, timeout=CALL
            ),
        )
        return table

    def abandon(self, run: Run) -> None:
        """Delete the run's table (see :class:`connectid.providers.exports.Destination`)."""
        with self._asking():
            self._client.delete_table(self._of_run(run), not_found_ok=True, retry=_ONCE, timeout=CALL)

    def _of_run(self, run: Run) -> str:
        return f"{self._dataset}.{run.table}__{run.name}"

    def _job(self, job_id: str, start: Callable[[str], Any]) -> None:
        """Start a job, unless it was started before, and wait for its end."""
        with self._asking():
            try:
                job = start(job_id)
            except Conflict:
                job = self._client.get_job(job_id, retry=_ONCE, timeout=CALL)
            job.result(retry=_ONCE, timeout=JOB)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Count the call, and say what went wrong in our words; Google's may quote a row."""
        with self._watch.call():
            try:
                yield
            except ProviderError:
                raise
            except (
                ServerError,
                TooManyRequests,
                GoogleAuthError,
                requests.RequestException,
                TimeoutError,
            ) as error:
                raise Unavailable(f"bigquery failed: {type(error).__name__}") from None
            except NotFound:
                raise Rejected("bigquery knows no such project, data set or table") from None
            except GoogleAPICallError as error:
                raise Rejected(f"bigquery refused: {type(error).__name__}") from None


def _line(run: Run, row: Row) -> bytes:
    named = {column.name: _plain(value) for column, value in zip(run.columns, row, strict=True)}
    return json.dumps(named).encode() + b"\n"


def _plain(value: Value) -> str | int | bool | None:
    return serializer_format(value) if isinstance(value, datetime) else value
