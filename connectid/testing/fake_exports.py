"""BigQuery and Superset as far as exports see them, on a real socket, with the tables that they have."""

import csv
import io
import json
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from connectid.testing.fake_http import Answer, Received

type Table = list[dict[str, Any]]

_UPLOAD = re.compile(r"/upload/bigquery/v2/projects/[^/]+/jobs")
_JOBS = re.compile(r"/bigquery/v2/projects/[^/]+/jobs")
_TABLE = re.compile(r"/bigquery/v2/projects/[^/]+/datasets/[^/]+/tables/(.+)")


@dataclass
class FakeBigQuery:
    """Takes load and copy jobs; a second job of the same id is a conflict."""

    tables: dict[str, Table] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    fails: list[Answer] = field(default_factory=list)
    """Answers given first, one for each call but those for tokens."""

    def __call__(self, request: Received) -> Answer:
        if request.path == "/token":
            return Answer(json={"access_token": "t", "expires_in": 3600, "token_type": "Bearer"})
        if request.headers["Authorization"] != "Bearer t":
            return Answer(401, json=_error(401, "no token"))
        if self.fails:
            return self.fails.pop(0)
        if request.method == "POST" and _UPLOAD.fullmatch(request.path):
            job, content = _parts(request)
            return self._job(json.loads(job), content)
        if request.method == "POST" and _JOBS.fullmatch(request.path):
            return self._job(request.json(), b"")
        if request.method == "GET":
            name = request.path.rpartition("/")[2]
            return Answer(json=self.jobs[name]) if name in self.jobs else Answer(404, json=_error(404, "job"))
        if request.method == "DELETE" and (found := _TABLE.fullmatch(request.path)):
            gone = self.tables.pop(found[1], None)
            return Answer(404, json=_error(404, "table")) if gone is None else Answer(204)
        return Answer(400, json=_error(400, request.path))

    def _job(self, job: dict[str, Any], content: bytes) -> Answer:
        job_id = job["jobReference"]["jobId"]
        if job_id in self.jobs:
            return Answer(409, json=_error(409, "already there"))
        configuration = job["configuration"]
        if load := configuration.get("load"):
            table = self.tables.setdefault(load["destinationTable"]["tableId"], [])
            table += [json.loads(line) for line in content.splitlines()]
        else:
            copy = configuration["copy"]
            [source] = copy.get("sourceTables") or [copy["sourceTable"]]
            self.tables[copy["destinationTable"]["tableId"]] = list(self.tables[source["tableId"]])
        self.jobs[job_id] = {**job, "id": job_id, "status": {"state": "DONE"}, "statistics": {}}
        return Answer(json=self.jobs[job_id])


@dataclass
class FakeSuperset:
    """Takes uploads of whoever signed in, with the cookie and the token against forged requests."""

    tables: dict[str, Table] = field(default_factory=dict)
    fails: list[Answer] = field(default_factory=list)
    """Answers given to uploads first."""

    def __call__(self, request: Received) -> Answer:
        if request.path == "/api/v1/security/login":
            right = request.json() == {
                "username": "exporter",
                "password": "secret",
                "provider": "db",
                "refresh": False,
            }
            return Answer(json={"access_token": "t"}) if right else Answer(401, json={"message": "no"})
        if request.headers["Authorization"] != "Bearer t":
            return Answer(401)
        if request.path == "/api/v1/security/csrf_token/":
            return Answer(json={"result": "csrf"}, headers={"Set-Cookie": "session=s1; HttpOnly; Path=/"})
        if (request.headers["X-CSRFToken"], request.headers["Cookie"]) != ("csrf", "session=s1"):
            return Answer(400, json={"message": "The CSRF session token is missing."})
        if self.fails:
            return self.fails.pop(0)
        if request.path != "/api/v1/database/7/upload/":
            return Answer(404)
        form = {
            str(part.get_param("name", header="content-disposition")): _payload(part)
            for part in _multi(request)
        }
        rows = list(csv.DictReader(io.StringIO(form["file"].decode(), newline="")))
        name = form["table_name"].decode()
        if form["already_exists"] == b"replace":
            self.tables[name] = []
        self.tables[name] += rows
        return Answer(201, json={"message": "OK"})


def _error(status: int, message: str) -> dict[str, Any]:
    return {"error": {"code": status, "message": message, "errors": []}}


def _multi(request: Received) -> list[Message]:
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    found = message_from_bytes(head + request.body).get_payload()
    assert isinstance(found, list)
    return [part for part in found if isinstance(part, Message)]


def _payload(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def _parts(request: Received) -> tuple[bytes, bytes]:
    first, second = _multi(request)
    return _payload(first), _payload(second)
