"""What was written for an account is read back, whatever its replica does. `make replicas` runs the same 5,000 times."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connectid.testing import read_your_writes

ROOT = Path(__file__).resolve().parents[2]
PAIRS = 50


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    try:
        read_your_writes.programs()
    except read_your_writes.NoServerPrograms:
        pytest.skip(
            f"no PostgreSQL server programs in {read_your_writes.PLACES}: replicas are not tested here"
        )
    done = subprocess.run(
        [sys.executable, "-m", "connectid.testing.read_your_writes", "--pairs", str(PAIRS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.timeout(300)
def test_no_read_misses_what_was_written_and_none_fails(told: dict[str, Any]) -> None:
    assert (told["pairs"], told["stale"], told["failed"]) == (PAIRS, 0, 0)


@pytest.mark.timeout(300)
def test_the_replica_serves_while_it_can(told: dict[str, Any]) -> None:
    assert told["streaming"]["replica"] > 0
    assert told["paused"]["primary"] >= PAIRS // 5, "every read of the account that wrote"
    assert told["dead"]["replica"] == 0
