"""Jobs over Celery, with RabbitMQ and with Redis: real brokers, and Celery's own worker."""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from connectid.jobs import broker as brokers
from connectid.jobs import metrics
from connectid.jobs.backend import enqueue_many
from connectid.jobs.broker import Broker, BrokerUnavailable
from connectid.jobs.dispatcher import Dispatcher
from connectid.jobs.models import Job
from connectid.jobs.tests import sample_tasks, worker_process
from connectid.jobs.tests.sample_tasks import runs
from connectid.jobs.tests.waiting import PATIENCE_SECONDS, until
from connectid.testing.brokers import KINDS, TestBroker, broker

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=KINDS)
def ours(request: pytest.FixtureRequest, settings: Settings) -> Iterator[TestBroker]:
    """A broker that this process's settings name."""
    with broker(request.param) as found:
        settings.CELERY_BROKER_URL = found.url
        settings.CELERY_QUEUE_PREFIX = found.prefix
        settings.TASKS = {"default": settings.TASKS["default"] | {"OPTIONS": {"poll_seconds": 0.05}}}
        yield found


@contextmanager
def dispatching() -> Iterator[Dispatcher]:
    """Run a dispatcher on a thread for the block; it must end when it is told."""
    dispatcher = Dispatcher()
    thread = threading.Thread(target=dispatcher.run)
    thread.start()
    try:
        yield dispatcher
    finally:
        dispatcher.stop()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def nothing_left() -> bool:
    return not Job.objects.exists()


def published() -> float:
    return float(metrics.PUBLISHED.labels("default")._value.get())


def lent() -> int:
    return Job.objects.filter(with_broker_since__isnull=False).count()


def deliver_all() -> None:
    """Take message after message and do what Celery's worker does with it, until every job is done."""
    app = brokers.app()
    asking = Broker()
    for queue in brokers.job_queues():
        asking.waiting(queue)  # makes it
    asking.close()
    with app.connection_for_read() as connection:
        queues = [
            app.amqp.queues[brokers.queue_name(queue)].bind(connection) for queue in brokers.job_queues()
        ]

        def deliver() -> bool:
            for queue in queues:
                if message := queue.get(no_ack=True):
                    app.tasks[message.headers["task"]](*message.payload[0])
            return nothing_left()

        until(deliver)


def test_every_job_runs_exactly_once_whatever_its_queue(ours: TestBroker) -> None:
    before = published()
    enqueue_many(sample_tasks.note.prepare(number) for number in range(500))
    sample_tasks.note_slowly().enqueue("slowly")
    with dispatching():
        deliver_all()
        sample_tasks.note.enqueue("while they work")
        deliver_all()
    assert runs == dict.fromkeys([*range(500), "slowly", "while they work"], 1)
    assert published() == before + 501


def test_what_fails_is_retried_by_the_table(ours: TestBroker) -> None:
    sample_tasks.count_attempts.enqueue()
    with dispatching():
        deliver_all()
    assert sample_tasks.attempts == [1, 2, 3]


def test_messages_that_the_broker_lost_are_published_again(ours: TestBroker, settings: Settings) -> None:
    short = {"poll_seconds": 0.05, "lease_seconds": 1.0}
    settings.TASKS = {"default": settings.TASKS["default"] | {"OPTIONS": short}}
    enqueue_many(sample_tasks.note.prepare(number) for number in range(50))
    before = published()
    with dispatching():
        until(lambda: published() >= before + 50)
        assert ours.purge() >= 50  # more where a second has passed already, and some were published again
        deliver_all()
    assert runs == dict.fromkeys(range(50), 1)


def test_the_broker_gets_no_more_than_keeps_its_workers_busy(
    ours: TestBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectid.jobs.dispatcher.MESSAGES_WAITING", 3)
    monkeypatch.setattr("connectid.jobs.dispatcher.IDS_PER_MESSAGE", 4)
    enqueue_many(sample_tasks.note.prepare(number) for number in range(100))
    with dispatching():
        until(lambda: lent() == 12)
        asking = Broker()
        until(lambda: asking.waiting("default") == 3)
        asking.close()
    assert lent() == 12


def test_while_the_broker_is_away_jobs_stay_due(ours: TestBroker, settings: Settings) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.CELERY_BROKER_URL = f"{ours.url.partition(':')[0]}://127.0.0.1:{unused.getsockname()[1]}/"
        sample_tasks.note.enqueue("x")
        with dispatching() as dispatcher:
            until(lambda: dispatcher.failures)
        assert lent() == 0
        with pytest.raises(BrokerUnavailable):
            Broker().publish("default", [1])


def test_without_a_broker_there_is_nothing_to_dispatch_to(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = ""
    with pytest.raises(ImproperlyConfigured, match="CELERY_BROKER_URL is unset"):
        Dispatcher()


type Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start processes on the test's database, and leave none behind."""
    processes: list[subprocess.Popen[bytes]] = []

    def start_one(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        processes.append(
            worker_process.start(*arguments, module="connectid.jobs.tests.celery_process", **options)
        )
        return processes[-1]

    yield start_one
    for process in processes:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill it and its children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE_SECONDS)


@pytest.mark.timeout(300)
def test_a_killed_worker_loses_nothing_and_a_stopped_one_drains(
    ours: TestBroker, start: Start, tmp_path: Path
) -> None:
    """The whole of it, each a process of its own."""
    lines = tmp_path / "lines"
    lines.touch()
    place = ours.environment()
    enqueue_many(sample_tasks.append_line.prepare(str(lines), str(number), 0.05) for number in range(120))
    dispatcher = start("2", "dispatcher", variables=place)
    killed = start("2", "worker", variables=place)

    def written() -> list[str]:
        return lines.read_text().split()

    def working() -> int:
        """How many of the workers hold jobs."""
        return Job.objects.exclude(worker="").values("worker").distinct().count()

    until(lambda: len(written()) > 5)
    kill(killed)
    assert working() == 1
    done = len(written())
    stopped = start("2", "worker", variables=place)
    until(lambda: len(written()) > done)
    stopped.send_signal(signal.SIGTERM)
    assert stopped.wait(PATIENCE_SECONDS) == 0
    assert working() <= 1, "what it had begun it finished"
    deliver_all()
    dispatcher.send_signal(signal.SIGTERM)
    assert dispatcher.wait(PATIENCE_SECONDS) == 0
    assert set(written()) == {str(number) for number in range(120)}
    assert len(written()) <= 121, "only what the killed one ran just then ran twice"
