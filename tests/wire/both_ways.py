"""The application with and without its short way (connectid/web/fast_path.py), asked as a WSGI server asks it."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from connectid.core import primary
from connectid.web.exact_routes import endpoints
from connectid.web.fast_path import fast_path
from connectid.web.gateway import gateway

FAST = sorted(path for path, view in endpoints().items() if view.fast)
POLL = "/messaging/retrieve_notifications/"
OWN = {"X-Request-ID"}
"""Of each answer."""

long_way = gateway(get_wsgi_application())


@contextmanager
def connection_kept() -> Iterator[None]:
    """Neither way gives the connection back, for the test's transaction is on it; Django's test client sees to the same."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        with mock.patch.object(primary, "give_back"):
            yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


class Ways:
    """The application with its short way, and how often the long one was asked."""

    def __init__(self) -> None:
        self.long = 0
        self.application = fast_path(gateway(self._long))

    def _long(self, environ: Any, start_response: Any) -> Any:
        self.long += 1
        return get_wsgi_application()(environ, start_response)


def asked(application: Any, path: str, headers: dict[str, str], *, method: str = "GET", **more: Any) -> Any:
    """Status, headers without those of their own, body."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
        **more,
    }
    began: list[tuple[str, list[tuple[str, str]]]] = []
    with connection_kept():
        body = b"".join(
            application(environ, lambda status, sent, exc_info=None: began.append((status, sent)))
        )
    status, sent = began[0]
    return status, {name.lower(): value for name, value in sent if name not in OWN}, body
