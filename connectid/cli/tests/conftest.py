"""Commands run inside the test's process, on the test's database."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connectid.cli import main

type Connectid = Callable[..., Result]


@pytest.fixture
def connectid() -> Connectid:
    """Run ``connectid`` with these arguments."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return run


@pytest.fixture
def made(connectid: Connectid) -> Callable[..., dict[str, Any]]:
    """Run ``connectid`` and return the JSON of the last line it printed."""

    def run(*arguments: str) -> dict[str, Any]:
        result = connectid(*arguments)
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.output.splitlines()[-1])
        return found

    return run


PROGRAM = (sys.executable, "-c", "from connectid.cli import main; main(prog_name='connectid')")


def start(*arguments: str, folder: Path, **variables: str) -> subprocess.Popen[str]:
    """Start ``connectid`` as a process group of its own: an embedded server whose files are in ``folder``."""
    environment = (
        os.environ | {"ENVIRONMENT": "embedded", "DATA_DIR": str(folder), "DATABASE_URL": ""} | variables
    )
    return subprocess.Popen(  # noqa: S603
        [*PROGRAM, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
