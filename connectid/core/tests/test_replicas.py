"""Which reads are asked of the primary after all. That none misses its writer's is tests/replicas."""

import time
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import DataError, OperationalError, ProgrammingError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from connectid.core import replicas, shared_cache
from connectid.testing.places import another_connection

pytestmark = pytest.mark.django_db(transaction=True)


class Chosen(replicas.Watch):
    """A replica that always may be asked: the tests' database by another name."""

    def __init__(self) -> None:
        super().__init__([])
        self.left: list[str] = []

    def choose(self, account_id: int) -> str | None:
        return "default"

    def gone(self, alias: str) -> None:
        self.left.append(alias)


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Chosen:
    watch = Chosen()
    monkeypatch.setattr(replicas, "_WATCH", watch)
    return watch


def answering(*answers: Exception | str) -> list[str]:
    """Ask for what a database says by turns; return what came of it."""
    said = iter(answers)

    def query(database: BaseDatabaseWrapper) -> str:
        answer = next(said)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return [replicas.read(query, account_id=1), *map(str, said)]


@pytest.mark.parametrize("failure", [OperationalError, ProgrammingError])
def test_a_replica_that_fails_or_lacks_a_migration_is_passed_over(
    chosen: Chosen, failure: type[Exception]
) -> None:
    """Servers of a new release start once the primary is migrated; a replica may be a minute behind."""
    assert answering(failure(), "found") == ["found"]
    assert chosen.left == ["default"]


def test_a_replica_that_answers_is_asked_alone(chosen: Chosen) -> None:
    assert answering("found", "by the primary") == ["found", "by the primary"]


def test_a_mistake_of_ours_is_not_asked_twice(chosen: Chosen) -> None:
    with pytest.raises(DataError):
        answering(DataError(), "found")
    assert chosen.left == []


class Told(replicas.Watch):
    """Replicas whose answers a test makes up: no thread asks them. The primary is at 100, and pins are known since 50."""

    def __init__(self, *names: str) -> None:
        super().__init__(names)
        self.known = {replica.alias: replica for replica in self._replicas}
        self._primary.append((time.monotonic(), 100))
        shared_cache.raise_all({replicas.BEGIN: 50}, keep=replicas.PIN_KEPT)

    def _start(self) -> None:
        pass


@pytest.fixture
def emptied() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.mark.usefixtures("emptied")
def test_a_replica_that_failed_is_left_alone_though_it_answers_the_thread() -> None:
    """The thread has a connection already; each read that asks for a new one would wait for it."""
    watch = Told("one", "other")
    for replica in watch.known.values():
        replica.heard(100)
    watch.gone("one")
    watch.known["one"].heard(101)
    assert {watch.choose(1) for _ in range(4)} == {"other"}
    watch.known["one"].left_alone_until = time.monotonic()
    assert {watch.choose(1) for _ in range(4)} == {"one", "other"}


@pytest.mark.usefixtures("emptied")
def test_a_pin_that_was_asked_for_first_and_kept_last_takes_nothing_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = Told("one")
    watch.known["one"].heard(105)
    for position in (110, 100):
        monkeypatch.setattr(replicas, "_ask", lambda asked, position=position: position)
        watch.pin([1])
    assert watch.choose(1) is None
    watch.known["one"].heard(110)
    assert watch.choose(1) == "one"


@pytest.mark.postgresql
@pytest.mark.usefixtures("emptied")
def test_a_connection_that_breaks_after_the_commit_loses_the_pin_and_fails_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was written is committed; until pins begin anew the account is read from the primary."""
    watch = Told("one")
    watch.known["one"].heard(100)
    monkeypatch.setattr(replicas, "_WATCH", watch)
    monkeypatch.setattr(replicas, "aliases", lambda: ["one"])
    assert watch.choose(1) == "one"
    done: list[str] = []
    try:
        with transaction.atomic():
            transaction.on_commit(break_connection)
            replicas.wrote([1])
            transaction.on_commit(lambda: done.append("later"))
    finally:
        connection.close()
    assert done == ["later"]
    assert watch.choose(1) is None


def break_connection() -> None:
    connection.ensure_connection()
    with another_connection() as beside:
        beside.execute("SELECT pg_terminate_backend(%s, 10000)", [connection.connection.info.backend_pid])
