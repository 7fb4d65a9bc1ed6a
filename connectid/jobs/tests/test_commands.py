"""``connectid worker``: what it refuses before it starts."""

import pytest
from click.testing import CliRunner

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
