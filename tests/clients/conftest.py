"""One running server for all the clients, and a worker with a browser."""

from collections.abc import Iterator

import pytest

from connectid.demo.phone import VirtualPhone
from tests.clients.browser import PlainBrowser
from tests.clients.running import RunningServer, running_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """An embedded server."""
    with running_server(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture
def phone(server: RunningServer) -> VirtualPhone:
    """A worker's enrolled phone."""
    return server.enrol()


@pytest.fixture
def browser(server: RunningServer, phone: VirtualPhone) -> PlainBrowser:
    """The same worker's browser, in which nobody signed in yet."""
    return PlainBrowser(server, phone)
