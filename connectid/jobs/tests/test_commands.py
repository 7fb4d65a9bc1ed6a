"""``connectid worker``: what it refuses before it starts."""

import pytest
from click.testing import CliRunner
from django.db import connection

from connectid.jobs.commands import worker


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--queues", "slow,fast"], "no such queue: fast"),
        (["--threads", "0"], "0 is not in the range"),
        (["--batch", "5000"], "5000 is not in the range"),
    ],
)
def test_impossible_options_are_refused(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(worker, arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_more_threads_than_connections_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "pool", {"max_size": 4})
    result = CliRunner().invoke(worker, ["--threads", "4"])
    assert result.exit_code == 2
    assert "DATABASE_POOL_SIZE is 4" in result.output
