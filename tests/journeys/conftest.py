"""One fleet for all journeys of a process."""

from collections.abc import Iterator

import pytest

from tests.journeys import fleet as fleets


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fleets.Fleet]:
    """A running production-like fleet."""
    with fleets.running(tmp_path_factory.mktemp("fleet")) as running:
        yield running
