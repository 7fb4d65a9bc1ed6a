"""Programs that these tests start, where they are installed."""

import pytest

from tests.connections import pgbouncer, redis_server

NEEDED = {"pgbouncer": pgbouncer.program, "redis_server": redis_server.program}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a program that is not there."""
    for name, program in NEEDED.items():
        if program() is None:
            for item in items:
                if item.get_closest_marker(name):
                    debian = name.replace("_", "-")
                    item.add_marker(pytest.mark.skip(reason=f"needs {debian} (apt-get install {debian})"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what went untested: a skip among hundreds is easily missed."""
    for name, program in NEEDED.items():
        skipped = [report for report in terminalreporter.stats.get("skipped", []) if name in report.keywords]
        if skipped and program() is None:
            terminalreporter.write_line(
                f"WARNING: {len(skipped)} tests did not run: install {name.replace('_', '-')}",
                yellow=True,
                bold=True,
            )
