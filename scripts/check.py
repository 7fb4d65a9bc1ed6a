#!/usr/bin/env python
"""Run everything that CI runs, and say at the end what failed and how long each part took.

The static checks run side by side; the tests follow, on SQLite and then on PostgreSQL, each on every core. The types, which take one core for a minute,
are checked beside the first tests.
All of it runs even when something failed, so that one look shows everything there is to mend.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.prefix) / "bin"
DJANGO = (sys.executable, "-m", "django")
PYTEST = (sys.executable, "-m", "pytest", "-q", "--dist", "worksteal", "-n")
CORES = os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count()
ONE_MORE = str((CORES or 1) + 1)
"""Workers on PostgreSQL, where many a test waits: for servers that it kills, and for leases to end."""

STATIC_CHECKS: dict[str, tuple[str | Path, ...]] = {
    "lock file": (BIN / "uv", "lock", "--check", "--quiet", "--python", sys.executable),
    "format": (BIN / "ruff", "format", "--check", "--quiet"),
    "lint": (BIN / "ruff", "check", "--quiet"),
    "shell": (BIN / "shellcheck", "scripts/bootstrap", ".ci/run"),
    "layers": (BIN / "lint-imports", "--no-logo"),
    "settings": (*DJANGO, "check", "--fail-level", "WARNING"),
    "migrations": (*DJANGO, "makemigrations", "--check", "--dry-run"),
    "documents": (sys.executable, "scripts/docs.py", "--check"),
    "figures": (sys.executable, "-m", "benchmarks.performance_page", "--check"),
    "translations": (sys.executable, "scripts/translations.py", "--check"),
}
TYPES = ("types", (BIN / "mypy",))
TESTS: dict[str, tuple[str | Path, ...]] = {
    "tests on SQLite": (*PYTEST, "logical"),
    "tests on PostgreSQL": (*PYTEST, ONE_MORE, "--database=postgresql"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """How one part went; `closing_line` is pytest's own count of what it ran."""

    name: str
    passed: bool
    seconds: float
    output: str = ""
    closing_line: str = ""

    def __str__(self) -> str:
        return f"{'ok    ' if self.passed else 'FAILED'}  {self.name:<20} {self.seconds:6.1f} s"


def run_captured(name: str, command: tuple[str | Path, ...], environment: dict[str, str]) -> Result:
    """Run a static check and keep what it prints."""
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(name, done.returncode == 0, time.monotonic() - started, done.stdout + done.stderr)


def run_streamed(name: str, command: tuple[str | Path, ...], environment: dict[str, str]) -> Result:
    """Run pytest and show what it prints while it prints it."""
    started = time.monotonic()
    colour = ("--color=yes",) if sys.stdout.isatty() else ()
    tail = b""
    with subprocess.Popen(
        (*command, *colour),
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
    ) as process:
        while chunk := process.stdout.read(65_536) if process.stdout else b"":
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
            tail = (tail + chunk)[-4_000:]
    lines = tail.decode(errors="replace").strip().splitlines()
    closing_line = lines[-1].strip() if lines else ""
    return Result(name, process.returncode == 0, time.monotonic() - started, closing_line=closing_line)


def static_results(environment: dict[str, str]) -> Iterator[Result]:
    """Run the static checks side by side and yield each as it ends."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = [pool.submit(run_captured, *check, environment) for check in reversed(STATIC_CHECKS.items())]
        for run in as_completed(runs):
            yield run.result()


def show(result: Result) -> None:
    """Print how a static check went, and what it said if it failed."""
    print(result, flush=True)
    if not result.passed:
        print(result.output, flush=True)


def heading(text: str) -> None:
    """Print a section's heading, at once even when the output goes to a file."""
    print(f"\n=== {text} ===", flush=True)


def check(*, fast: bool) -> bool:
    """Run the checks, and the tests unless `fast`; print the results; return whether all passed."""
    started = time.monotonic()
    results = []
    with tempfile.TemporaryDirectory(prefix="connectid-check-") as scratch:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "connectid.config.settings",
            "ENVIRONMENT": "test",
            "DATA_DIR": scratch,
            "DATABASE_URL": f"sqlite:///{scratch}/check.sqlite3",
        }
        with ThreadPoolExecutor(1) as beside:
            types = beside.submit(run_captured, *TYPES, environment)
            heading("checks")
            for result in static_results(environment):
                results.append(result)
                show(result)
            for name, command in () if fast else TESTS.items():
                heading(name)
                results.append(run_streamed(name, command, dict(os.environ)))
            results.append(types.result())
        show(results[-1])
    heading("summary")
    print(*results, sep="\n")
    passed = all(result.passed for result in results)
    print(f"{'ok    ' if passed else 'FAILED'}  {'all of it':<20} {time.monotonic() - started:6.1f} s")
    for result in results:
        if result.closing_line:
            print(f"{result.name}: {result.closing_line}")
    return passed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="the static checks only")
    try:
        sys.exit(0 if check(fast=parser.parse_args().fast) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
