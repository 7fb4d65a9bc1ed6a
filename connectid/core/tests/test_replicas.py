"""Which reads are asked of the primary after all. That none misses its writer's is tests/replicas."""

import pytest
from django.db import DataError, OperationalError, ProgrammingError
from django.db.backends.base.base import BaseDatabaseWrapper

from connectid.core import replicas

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
