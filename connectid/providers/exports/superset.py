"""Tables in a database of Apache Superset, by its upload of CSV files (``POST /api/v1/database/{id}/upload/``, from 4.1 on).

Superset appends without knowing what it has. So parts are kept as files first, and published in one go that begins by replacing
the table: repeated, it begins anew.
"""

import secrets
from collections.abc import Mapping, Sequence
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from connectid.providers._http import HttpClient, Response
from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.exports import Row, Run, Type, needed
from connectid.providers.exports.csv_files import ELSEWHERE, CsvFiles

DEADLINE = 120.0
"""Seconds for one part: Superset answers when its database has it."""


class Superset:
    """Uploads CSV as a user of Superset."""

    def __init__(
        self, *, url: str, username: str, password: str, database: str, schema: str, files: CsvFiles
    ) -> None:
        self._url = url.rstrip("/")
        self._login = {"username": username, "password": password, "provider": "db", "refresh": False}
        self._place = f"/api/v1/database/{database}/upload/"
        self._schema = schema
        self._files = files
        self._client = HttpClient("superset", deadline=DEADLINE)

    @classmethod
    def from_settings(cls) -> Self:
        """Build what the ``SUPERSET_*`` settings describe."""
        needed("SUPERSET_URL", "SUPERSET_USERNAME", "SUPERSET_PASSWORD", "SUPERSET_DATABASE_ID")
        return cls(
            url=settings.SUPERSET_URL,
            username=settings.SUPERSET_USERNAME,
            password=settings.SUPERSET_PASSWORD,
            database=settings.SUPERSET_DATABASE_ID,
            schema=settings.SUPERSET_SCHEMA,
            files=CsvFiles(Path(settings.DATA_DIR) / "exports" / "superset"),
        )

    def put(self, run: Run, number: int, rows: Sequence[Row]) -> None:
        """Keep a part (see :class:`connectid.providers.exports.Destination`)."""
        self._files.put(run, number, rows)

    def publish(self, run: Run, parts: int) -> str:
        """Upload all parts (see :class:`connectid.providers.exports.Destination`)."""
        headers = self._signed_in()
        names = ",".join(column.name for column in run.columns).encode() + b"\r\n"
        for number in range(1, max(parts, 1) + 1):
            rows = self._part(run, number) if parts else b""
            form = {
                "type": "csv",
                "table_name": run.table,
                "already_exists": "replace" if number == 1 else "append",
                "column_dates": ",".join(column.name for column in run.columns if column.type is Type.MOMENT),
            }
            if self._schema:
                form["schema"] = self._schema
            self._upload(form, names + rows, headers)
        return f"{self._url} {run.table}"

    def abandon(self, run: Run) -> None:
        """Forget the parts (see :class:`connectid.providers.exports.Destination`)."""
        self._files.abandon(run)

    def _signed_in(self) -> dict[str, str]:
        """Return the headers of a session: a token, and what protects browsers from forged requests, which Superset wants too."""
        answer = self._call("POST", "/api/v1/security/login", json=self._login)
        headers = {"Authorization": f"Bearer {_field(answer, 'access_token')}", "Referer": self._url}
        answer = self._call("GET", "/api/v1/security/csrf_token/", headers=headers)
        headers["X-CSRFToken"] = _field(answer, "result")
        if cookie := _cookies(answer.headers.get("Set-Cookie", "")):
            headers["Cookie"] = cookie
        return headers

    def _part(self, run: Run, number: int) -> bytes:
        try:
            return self._files.part(run, number).read_bytes()
        except FileNotFoundError:
            raise Unavailable(ELSEWHERE) from None

    def _upload(self, form: Mapping[str, str], content: bytes, headers: Mapping[str, str]) -> None:
        boundary = secrets.token_hex(16)
        body = _multipart(form, content, boundary)
        typed = {**headers, "Content-Type": f"multipart/form-data; boundary={boundary}"}
        self._call("POST", self._place, headers=typed, data=body)

    def _call(self, method: str, path: str, **options: Any) -> Response:
        answer = self._client.request(method, self._url + path, idempotent=method == "GET", **options)
        if answer.status in {401, 403}:
            raise Unavailable(f"superset answered {answer.status}")  # an operator's to mend
        if not answer.ok:
            raise Rejected(f"superset answered {answer.status}")
        return answer


def _field(answer: Response, name: str) -> str:
    found = answer.json()
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, str):
        raise Unavailable(f"superset answered without {name}")
    return value


def _cookies(header: str) -> str:
    try:
        return "; ".join(f"{name}={morsel.coded_value}" for name, morsel in SimpleCookie(header).items())
    except CookieError:
        return ""


def _multipart(form: Mapping[str, str], content: bytes, boundary: str) -> bytes:
    lines = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.items()
    ]
    file = (
        'Content-Disposition: form-data; name="file"; filename="part.csv"\r\nContent-Type: text/csv\r\n\r\n'
    )
    return (
        "".join([*lines, f"--{boundary}\r\n", file]).encode() + content + f"\r\n--{boundary}--\r\n".encode()
    )
