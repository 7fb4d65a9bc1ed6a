"""One suite for every destination, then what is each one's alone."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pytest_django import Settings

from connectid.providers import exports
from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.exports import Column, Destination, Run, Type
from connectid.testing.fake_exports import FakeBigQuery, FakeSuperset
from connectid.testing.fake_http import Answer, FakeHttpServer

AT = datetime(2026, 7, 22, 10, 11, 12, tzinfo=UTC)
COLUMNS = (
    Column("person", Type.TEXT),
    Column("awards", Type.INTEGER),
    Column("is_active", Type.BOOLEAN),
    Column("at", Type.MOMENT),
)
FIRST, SECOND = Run("accounts", "run1", COLUMNS), Run("accounts", "run2", COLUMNS)
ROWS: list[tuple[Any, ...]] = [("a", 1, True, AT), ('b, "é"\nc', None, False, None)]
MORE: list[tuple[Any, ...]] = [("c", 3, True, AT)]

type Read = Callable[[], list[str] | None]


@pytest.fixture(scope="session")
def key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return json.dumps(
        {
            "client_email": "export@example.org",
            "private_key": pem.decode(),
            "token_uri": "http://127.0.0.1:9/",
        }
    )


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "exports"


@pytest.fixture
def bigquery(settings: Settings, key: str) -> Iterator[FakeBigQuery]:
    pytest.importorskip("google.cloud.bigquery")
    fake = FakeBigQuery()
    with FakeHttpServer(fake) as server:
        settings.BIGQUERY_URL = server.url
        settings.GOOGLE_TOKEN_URL = f"{server.url}/token"
        settings.BIGQUERY_PROJECT, settings.BIGQUERY_DATASET = "a-project", "connectid"
        settings.BIGQUERY_SERVICE_ACCOUNT = key
        yield fake


@pytest.fixture
def superset(settings: Settings, folder: Path) -> Iterator[FakeSuperset]:
    fake = FakeSuperset()
    with FakeHttpServer(fake) as server:
        settings.SUPERSET_URL, settings.SUPERSET_DATABASE_ID = server.url, "7"
        settings.SUPERSET_USERNAME, settings.SUPERSET_PASSWORD = "exporter", "secret"
        yield fake


@pytest.fixture(params=exports.KINDS)
def destination(
    request: pytest.FixtureRequest, folder: Path, bigquery: FakeBigQuery, superset: FakeSuperset
) -> tuple[Destination, Read]:
    def people() -> list[str] | None:
        """Whom readers of the table see; None where there is no table."""
        if request.param == "csv":
            file = folder / "accounts.csv"
            if not file.exists():
                return None
            with file.open(newline="", encoding="utf-8") as text:
                return [row["person"] for row in csv.DictReader(text)]
        found = (bigquery if request.param == "bigquery" else superset).tables.get("accounts")
        return None if found is None else [row["person"] for row in found]

    return exports.pick(request.param), people


def test_parts_are_one_table_once_published(destination: tuple[Destination, Read]) -> None:
    to, people = destination
    to.put(FIRST, 1, ROWS)
    to.put(FIRST, 2, MORE)
    assert people() is None
    to.publish(FIRST, 2)
    assert people() == ["a", 'b, "é"\nc', "c"]


def test_a_part_put_twice_is_there_once(destination: tuple[Destination, Read]) -> None:
    to, people = destination
    for _ in range(2):
        to.put(FIRST, 1, MORE)
    for _ in range(2):
        to.publish(FIRST, 1)
    assert people() == ["c"]


def test_the_next_run_replaces_the_table(destination: tuple[Destination, Read]) -> None:
    to, people = destination
    for run, rows in ((FIRST, ROWS), (SECOND, MORE)):
        to.put(run, 1, rows)
        to.publish(run, 1)
    assert people() == ["c"]


def test_an_empty_table(destination: tuple[Destination, Read]) -> None:
    to, people = destination
    to.put(FIRST, 1, MORE)
    to.publish(FIRST, 1)
    to.publish(SECOND, 0)
    assert people() == []


def test_an_abandoned_run_leaves_nothing(
    destination: tuple[Destination, Read], folder: Path, bigquery: FakeBigQuery
) -> None:
    to, people = destination
    to.put(FIRST, 1, ROWS)
    for _ in range(2):
        to.abandon(FIRST)
    assert people() is None
    assert not list(folder.rglob("*.csv"))
    assert bigquery.tables == {}


def test_csv_texts(folder: Path) -> None:
    """Null is empty, moments are ISO 8601; what a spreadsheet would run is a text; nobody else on the machine reads it."""
    to = exports.pick("csv")
    to.put(FIRST, 1, [*ROWS, ("=1+1", 0, False, None)])
    place = Path(to.publish(FIRST, 1))
    to.abandon(FIRST)
    assert place.read_bytes().decode() == (
        "person,awards,is_active,at\r\n"
        "a,1,true,2026-07-22T10:11:12Z\r\n"
        '"b, ""é""\nc",,false,\r\n'
        "'=1+1,0,false,\r\n"
    )
    assert [path.name for path in folder.iterdir()] == ["accounts.csv"]


@pytest.mark.parametrize("kind", ["csv", "superset"])
def test_parts_on_another_machine(folder: Path, superset: FakeSuperset, kind: str) -> None:
    with pytest.raises(Unavailable, match="DATA_DIR"):
        exports.pick(kind).publish(FIRST, 1)


def test_csv_without_room(folder: Path) -> None:
    folder.write_text("in the way")
    with pytest.raises(Unavailable):
        exports.pick("csv").put(FIRST, 1, ROWS)


def test_what_bigquery_gets(bigquery: FakeBigQuery) -> None:
    exports.pick("bigquery").put(FIRST, 1, ROWS)
    [job] = bigquery.jobs.values()
    load = job["configuration"]["load"]
    assert job["jobReference"]["jobId"] == "connectid-accounts-run1-1"
    assert [(one["name"], one["type"]) for one in load["schema"]["fields"]] == [
        ("person", "STRING"),
        ("awards", "INTEGER"),
        ("is_active", "BOOLEAN"),
        ("at", "TIMESTAMP"),
    ]
    assert bigquery.tables["accounts__run1"][0] == {
        "person": "a",
        "awards": 1,
        "is_active": True,
        "at": "2026-07-22T10:11:12Z",
    }


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(503), Unavailable),
        (Answer(429), Unavailable),
        (Answer(reset=True), Unavailable),
        (Answer(403, json={"error": {"message": "no"}}), Rejected),
        (Answer(404, json={"error": {"message": "no"}}), Rejected),
        (Answer(400, json={"error": {"message": "row 'a'"}}), Rejected),
    ],
)
def test_bigquery_fails(bigquery: FakeBigQuery, answer: Answer, kind: type[Exception]) -> None:
    """Then goes on; reasons quote nothing."""
    to = exports.pick("bigquery")
    bigquery.fails = [answer] * 2
    with pytest.raises(kind) as raised:
        to.put(FIRST, 1, MORE)
    assert "row" not in str(raised.value)
    bigquery.fails = []
    to.put(FIRST, 1, MORE)
    assert len(bigquery.tables["accounts__run1"]) == 1


def test_superset_is_down_in_the_middle(superset: FakeSuperset) -> None:
    """Published again, the table has everything once."""
    to = exports.pick("superset")
    to.put(FIRST, 1, ROWS)
    to.put(FIRST, 2, MORE)
    superset.fails = [Answer(500)]
    with pytest.raises(Unavailable):
        to.publish(FIRST, 2)
    to.publish(FIRST, 2)
    assert [row["person"] for row in superset.tables["accounts"]] == ["a", 'b, "é"\nc', "c"]


@pytest.mark.parametrize(("status", "kind"), [(401, Unavailable), (422, Rejected), (503, Unavailable)])
def test_superset_refuses(superset: FakeSuperset, status: int, kind: type[Exception]) -> None:
    to = exports.pick("superset")
    to.put(FIRST, 1, MORE)
    superset.fails = [Answer(status)]
    with pytest.raises(kind):
        to.publish(FIRST, 1)


@pytest.mark.parametrize("kind", ["bigquery", "superset"])
def test_not_set_up(settings: Settings, kind: str) -> None:
    settings.BIGQUERY_PROJECT = settings.SUPERSET_URL = ""
    with pytest.raises(Rejected, match="must be set"):
        exports.pick(kind)
