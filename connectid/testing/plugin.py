"""The pytest plugin that chooses the database and the settings before Django reads them.

    pytest                          SQLite, in memory
    pytest --database=postgresql    the first PostgreSQL that `connectid.testing.databases` finds

It is loaded with `-p` (pyproject.toml), because a conftest.py is read after pytest-django has set up Django.
"""

import gc
import os
import tempfile
from contextlib import ExitStack

import pytest

from connectid.config import env
from connectid.testing import databases

DATABASES = ("sqlite", "postgresql")
TAKES_LONG = (
    "connectid/jobs/tests/test_celery.py",
    "connectid/jobs/tests/test_processes.py",
    "connectid/jobs/tests/test_worker.py",
    "connectid/notifications/tests/test_push_budget.py",
    "connectid/recovery/tests/test_steps.py",
    "connectid/verification/tests/test_over_time.py",
    "connectid/web/tests/test_metrics.py",
    "tests/connections/",
    "tests/crash/",
    "tests/fuzz/",
    "tests/journeys/",
    "tests/test_benchmarks.py",
)
"""Beginnings of paths of tests that start servers, wait for them, or play long stories: they come first."""

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_serialized_rollback", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--database`."""
    parser.getgroup("connectid").addoption(
        "--database",
        choices=DATABASES,
        default="sqlite",
        help="what the tests run against; PostgreSQL is TEST_DATABASE_URL, a local server or a bundled one",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Set the environment that `connectid.config.settings` will read, whatever the caller's shell holds.

    Raises `pytest.UsageError` when no PostgreSQL can be used.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # the controller chose, and its workers inherit the environment
    resources = ExitStack()
    early_config.add_cleanup(resources.close)
    for name in env.names():
        os.environ.pop(name, None)
    os.environ["ENVIRONMENT"] = "test"
    os.environ["DATA_DIR"] = resources.enter_context(
        tempfile.TemporaryDirectory(prefix="connectid-test-", ignore_cleanup_errors=True),
    )
    if early_config.known_args_namespace.database == "sqlite":
        os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['DATA_DIR']}/test.sqlite3"
        return
    # Nothing a test writes has to survive a power cut.
    os.environ["PGOPTIONS"] = f"{os.environ.get('PGOPTIONS', '')} -c synchronous_commit=off".strip()
    try:
        os.environ["DATABASE_URL"] = resources.enter_context(databases.postgresql())
    except databases.NoPostgreSQLError as refusal:
        raise pytest.UsageError(str(refusal)) from refusal


def pytest_report_header() -> str:
    """Name the database at the top of the report."""
    address = os.environ["DATABASE_URL"]
    return f"database: {address.rpartition('@')[2] if '@' in address else 'SQLite, in memory'}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip on SQLite what needs PostgreSQL, and leave out on PostgreSQL what cannot differ there.

    pytest-django refuses every query of a test that did not ask for the database, so such a test runs once, on SQLite; and so does
    one that is marked ``any_database``.
    """
    if config.getoption("database") == "postgresql":
        elsewhere = [item for item in items if not asks_for_the_database(item)]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if asks_for_the_database(item)]
    else:
        reason = pytest.mark.skip(reason="needs PostgreSQL (pytest --database=postgresql)")
        for item in items:
            if item.get_closest_marker("postgresql"):
                item.add_marker(reason)
    deal_what_takes_long(items, hands=getattr(config, "workerinput", {}).get("workercount", 1))


def pytest_collection_finish() -> None:
    """Have Python's collector leave alone what is loaded by now, and come less often: it took a tenth of the time of the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def deal_what_takes_long(items: list[pytest.Item], *, hands: int) -> None:
    """Order the tests so that each worker of xdist, whose first share is a slice, begins with some of :data:`TAKES_LONG`.

    At the end one of them would have all of these, and the others nothing to do.
    """
    shares: list[list[pytest.Item]] = [[] for _ in range(hands)]
    short: list[pytest.Item] = []
    modules: dict[str, list[pytest.Item]] = {}
    for item in items:
        where = item.nodeid.partition("::")[0]
        (modules.setdefault(where, []) if where.startswith(TAKES_LONG) else short).append(item)
    for number, module in enumerate(modules.values()):
        shares[number % hands] += module
    size = -(-len(items) // hands)
    for share in shares:
        wanted = max(0, size - len(share))
        share.extend(short[:wanted])
        del short[:wanted]
    items[:] = [item for share in shares for item in share] + short


def asks_for_the_database(item: pytest.Item) -> bool:
    """Tell whether a test reaches the database, and it matters which: through pytest-django, or by servers of its own."""
    if item.get_closest_marker("any_database"):
        return False
    fixtures: list[str] = getattr(item, "fixturenames", [])
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgresql"))
    return marked or not DATABASE_FIXTURES.isdisjoint(fixtures)
