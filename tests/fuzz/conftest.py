"""Say at the end how many cases were sent, and what was answered."""

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up what each operation recorded."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    recorded = [pair for report in reports if report.when == "call" for pair in report.user_properties]
    statuses = sum((Counter(value) for name, value in recorded if name == "fuzzed"), Counter[int]())
    if not statuses:
        return
    classes = Counter[str]()
    for status, count in statuses.items():
        classes[f"{status // 100}xx"] += count
    operations = sum(name == "fuzzed" for name, _ in recorded)
    terminalreporter.section("cases of schemathesis")
    terminalreporter.write_line(f"{statuses.total():,} cases of {operations} pairs of operation and caller")
    for counted in (classes, statuses):
        line = ", ".join(f"{name}: {count:,}" for name, count in sorted(counted.items()))
        terminalreporter.write_line(line)
    for name, value in recorded:
        if name == "server errors":
            for fault, count in value.items():
                terminalreporter.write_line(f"{count:,} times: {fault}")
