"""On which processors the workers of a server run."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from connectid.cli import processors
from connectid.cli.tests.running import Server, running
from connectid.testing.affinity import starting_on

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="asks Linux for processors"),
    pytest.mark.skipif(
        len(processors.available()) < 2, reason="needs two processors, to tell whether workers keep to one"
    ),
]


@contextmanager
def on_two() -> Iterator[set[int]]:
    """Have what the block starts see two processors, however many there are."""
    two = set(processors.available()[:2])
    with starting_on(two):
        yield two


def processors_of(numbers: Iterable[str]) -> dict[int, set[int]]:
    """Of processes or threads that are still there, the processors on which they may run."""
    found = {}
    for number in map(int, numbers):
        with suppress(ProcessLookupError):
            found[number] = os.sched_getaffinity(number)
    return found


def workers_of(server: Server) -> dict[int, set[int]]:
    """Process ids of the workers, with the processors of each."""
    parent = server.process.pid
    return processors_of(Path(f"/proc/{parent}/task/{parent}/children").read_text().split())


def threads_of(worker: int) -> dict[int, set[int]]:
    return processors_of(thread.name for thread in Path(f"/proc/{worker}/task").iterdir())


def have_one_each(server: Server, processors_of_all: set[int]) -> bool:
    found = list(workers_of(server).values())
    return sorted(map(sorted, found)) == [[number] for number in sorted(processors_of_all)]


def test_as_many_workers_as_processors_keep_to_one_each(tmp_path: Path) -> None:
    """All their threads do; and a worker that replaces one that died has that one's processor."""
    with on_two() as two, running("serve", "--workers", "2", folder=tmp_path) as server:
        server.wait_until(lambda: have_one_each(server, two))
        killed, *_ = before = workers_of(server)
        server.wait_until(lambda: len(threads_of(killed)) > 1)
        assert all(one == before[killed] for one in threads_of(killed).values())
        os.kill(killed, signal.SIGKILL)
        server.wait_until(lambda: killed not in workers_of(server) and have_one_each(server, two))


@pytest.mark.parametrize("arguments", [("--workers", "1"), ("--workers", "2", "--no-pin")], ids=" ".join)
def test_workers_may_use_every_processor_otherwise(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A lone worker, beside which others are meant to run; and where the operator says so."""
    with on_two() as two, running("serve", *arguments, folder=tmp_path) as server:
        found = workers_of(server)
        assert len(found) == int(arguments[1])
        assert all(one == two for one in found.values())


def test_a_lone_worker_keeps_to_one_where_it_is_told_to(tmp_path: Path) -> None:
    with on_two() as two, running("serve", "--workers", "1", "--pin", folder=tmp_path) as server:
        (found,) = workers_of(server).values()
        assert found == {min(two)}
