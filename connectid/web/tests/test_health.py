"""Health: alive, ready, draining."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.db import OperationalError, connections
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from connectid.web import health, workers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _unprobed() -> Iterator[None]:
    health.forget()
    yield
    health.forget()


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    response = client.get("/health/ready")
    return response.status_code, response.json()


def test_alive_asks_nobody(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_own_connection", fail)
    response = client.get("/health/live")
    assert (response.status_code, response.content) == (200, b"ok")


def test_ready_names_what_it_asked(client: Client) -> None:
    assert ready(client) == (
        200,
        {"status": "ready", "checks": {"database": "ok", "migrations": "ok", "cache": "ok"}},
    )
    assert health.is_ready()
    assert client.head("/health/ready").status_code == 200
    assert client.post("/health/ready").status_code == 405


def fail(*_: object, **__: object) -> Any:
    raise OperationalError("server closed the connection")


def test_not_ready_without_its_database(client: Client, settings: Settings, tmp_path: Path) -> None:
    before = connections.settings["default"]
    connections.settings["default"] = {
        **before,
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": tmp_path / "no" / "such" / "folder",
        "OPTIONS": {},
    }
    try:
        status, answer = ready(client)
    finally:
        connections.settings["default"] = before
    assert (status, answer["status"]) == (503, "not ready")
    assert answer["checks"] == {"database": "OperationalError", "cache": "ok"}


def test_not_ready_before_its_migrations(client: Client) -> None:
    connection = connections["default"]
    recorder = MigrationRecorder(connection)
    latest = recorder.migration_qs.order_by("-pk")[0]
    recorder.record_unapplied(latest.app, latest.name)
    try:
        assert ready(client)[1]["checks"]["migrations"] == "missing"
    finally:
        recorder.record_applied(latest.app, latest.name)
    health.forget()
    assert ready(client)[0] == 200


def test_migrations_once_applied_are_not_looked_up_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ready(client)[0] == 200
    monkeypatch.setattr(health, "_is_migrated", fail)
    monkeypatch.setattr(health, "FRESH", 0.0)
    assert ready(client)[0] == 200


class ForgetfulCache(LocMemCache):
    def set(self, *_: Any, **__: Any) -> None:
        pass


class UnreachableCache(LocMemCache):
    set = get = fail


@pytest.mark.parametrize(
    ("cache", "state"), [("ForgetfulCache", "lost"), ("UnreachableCache", "OperationalError")]
)
def test_not_ready_without_its_cache(client: Client, settings: Settings, cache: str, state: str) -> None:
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.{cache}", "LOCATION": "health"}}
    status, answer = ready(client)
    assert (status, answer["checks"]["cache"]) == (503, state)


class Busy(Exception):
    sqlstate = "53300"


def test_a_full_database_is_busy_and_not_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_many(*_: object) -> None:
        raise OperationalError("FATAL: too many connections") from Busy()

    monkeypatch.setattr(health, "_is_migrated", too_many)
    assert ready(client)[1]["checks"]["database"] == "ok"


def test_a_check_that_hangs_is_down_and_runs_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    released, started = threading.Event(), list[bool]()

    def hang(*_: object) -> bool:
        started.append(True)
        return released.wait(30)

    monkeypatch.setattr(health, "TIMEOUT", 0.05)
    monkeypatch.setattr(health, "_is_migrated", hang)
    for _ in range(3):
        assert ready(client) == (
            503,
            {"status": "not ready", "checks": {"database": "timeout", "cache": "timeout"}},
        )
    assert len(started) == 1
    released.set()
    monkeypatch.setattr(health, "TIMEOUT", 30.0)
    assert ready(client)[0] == 200


def test_answers_are_repeated_for_a_moment(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bool] = []
    own = health._own_connection

    def counted(settings: dict[str, Any]) -> Any:
        checked.append(True)
        return own(settings)

    monkeypatch.setattr(health, "FRESH", 60.0)
    monkeypatch.setattr(health, "_own_connection", counted)
    assert [ready(client)[0] for _ in range(5)] == [200] * 5
    assert len(checked) == 1


def test_not_ready_once_a_shutdown_was_announced(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The load balancer looks elsewhere before the server stops."""
    monkeypatch.setenv(workers.VARIABLE, str(tmp_path))
    assert ready(client)[0] == 200
    workers.announce_shutdown()
    assert ready(client) == (503, {"status": "not ready", "checks": {"server": "draining"}})
    assert client.get("/health/live").status_code == 200


def test_a_server_of_one_process_announces_to_nobody(client: Client) -> None:
    workers.announce_shutdown()
    assert ready(client)[0] == 200


def test_workers_share_a_folder_for_as_long_as_they_run() -> None:
    with workers.sharing():
        folder = workers.shared_folder()
        assert folder is not None
        assert folder.is_dir()
        with workers.sharing():
            assert workers.shared_folder() == folder
        assert folder.is_dir()
    assert not folder.exists()
    assert workers.shared_folder() is None
