"""Workers as processes: killed, stopped, and inside a server."""

import http.client
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from connectid.jobs.backend import enqueue_many
from connectid.jobs.models import Job, State
from connectid.jobs.tests import embedded_process, sample_tasks, worker_process
from connectid.jobs.tests.waiting import PATIENCE_SECONDS, until
from connectid.testing.ports import free_port

pytestmark = pytest.mark.timeout(300)  # processes start slowly on a busy machine

type Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """The file in which jobs leave a line each."""
    path = tmp_path / "lines"
    path.touch()
    return path


@pytest.fixture
def start() -> Iterator[Start]:
    """Start processes as ``worker_process.start`` does, and leave none behind."""
    processes: list[subprocess.Popen[bytes]] = []

    def start_one(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        processes.append(worker_process.start(*arguments, **options))
        return processes[-1]

    yield start_one
    for process in processes:
        process.kill()
        process.wait()


def written(path: Path) -> list[str]:
    return path.read_text().split()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing(lines: Path, start: Start) -> None:
    enqueue_many(sample_tasks.append_line.prepare(str(lines), str(number), 0.01) for number in range(200))
    first = start("1", "--threads", "4", "--batch", "20")
    until(lambda: len(written(lines)) > 20)
    first.kill()
    first.wait(PATIENCE_SECONDS)
    held = Job.objects.filter(state=State.RUNNING).count()
    assert held, "it was killed with jobs in hand"
    second = start("1")
    until(lambda: not Job.objects.exists())
    second.terminate()
    assert second.wait(PATIENCE_SECONDS) == 0
    assert set(written(lines)) == {str(number) for number in range(200)}
    assert len(written(lines)) <= 200 + held, "only what was in hand ran twice"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asked_by", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_worker_drains(lines: Path, start: Start, asked_by: signal.Signals) -> None:
    enqueue_many(sample_tasks.append_line.prepare(str(lines), str(number), 0.05) for number in range(200))
    process = start("60", "--threads", "2")
    until(lambda: len(written(lines)) > 4)
    process.send_signal(asked_by)
    assert process.wait(PATIENCE_SECONDS) == 0
    done = written(lines)
    assert len(done) == len(set(done)) < 200
    left = Job.objects.values_list("state", "attempts", "worker")
    assert set(left) == {("ready", 0, "")}
    assert len(left) + len(done) == 200


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_scrapes_take_no_connections_away_from_the_worker(lines: Path, start: Start) -> None:
    port = free_port()
    start("60", "--threads", "2", "--metrics-port", str(port))
    until(lambda: _scraped(port))
    for _ in range(12):
        assert "connectid_job_runs" in _scraped(port)
    sample_tasks.append_line.enqueue(str(lines), "still works")
    until(lambda: 'task="connectid.jobs.tests.sample_tasks.append_line"' in _scraped(port))
    assert "connectid_jobs{" not in _scraped(port)


def _scraped(port: int) -> str:
    metrics = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        metrics.request("GET", "/metrics")
        return metrics.getresponse().read().decode()
    except ConnectionRefusedError:
        return ""
    finally:
        metrics.close()


def test_a_server_on_sqlite_is_complete_by_itself(lines: Path, tmp_path: Path, start: Start) -> None:
    file = tmp_path / "jobs.sqlite3"
    process = start(str(lines), "40", module=embedded_process.__name__, database_url=f"sqlite:///{file}")
    assert process.wait(2 * PATIENCE_SECONDS) == 0
    done = [int(line) for line in written(lines) if line != "slow"]
    assert sorted(done) == list(range(0, 40, 2))
    with closing(sqlite3.connect(file)) as database:
        left = database.execute("SELECT state, attempts, worker FROM jobs_job").fetchall()
    assert set(left) == {("ready", 0, "")}, "what ran was finished, and the rest given back"
    assert len(left) + written(lines).count("slow") == 20
