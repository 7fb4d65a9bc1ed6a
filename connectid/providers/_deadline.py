"""HTTP connections whose timeouts bound the whole of a phase, not one read of it.

``requests`` passes its read timeout to every ``recv``: a server that sends one byte each second holds the caller for
as long as it likes, in the headers as well as in the body. Here the read timeout given to a request covers everything
from the end of sending to the last byte of the answer, and the connect timeout covers all addresses of a name. Only the
resolver's own time for a name is not bounded here.
"""

import io
import logging
import socket
import time
from http.client import HTTPResponse
from typing import Any, cast

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

# At DEBUG, urllib3 would log every address it asks for, and with it phone numbers and tokens.
logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)

_MAX_ADDRESSES = 3  # of a name with many; each gets an equal share of the connect timeout that is left


class _UntilDeadline(io.RawIOBase):
    """Reads from a socket file, giving every read only the time that is left."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket, ends_at: float) -> None:
        self._raw = raw
        self._connection = connection
        self._ends_at = ends_at

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the request has passed")
        self._connection.settimeout(left)
        return cast(int | None, self._raw.readinto(buffer))

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _DeadlineResponse(HTTPResponse):
    """An answer that must be complete within the timeout its socket had when the request had been sent."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        timeout = sock.gettimeout()
        if timeout is not None:
            raw = self.fp.detach()
            self.fp = io.BufferedReader(_UntilDeadline(raw, sock, time.monotonic() + timeout))


class _DeadlineConnect:
    """Connects to one of the addresses of a name, all attempts together within the connect timeout."""

    def _new_conn(self) -> socket.socket:
        connection = cast(HTTPConnection, self)
        timeout = cast(float, connection.timeout)
        ends_at = time.monotonic() + timeout
        try:
            found = socket.getaddrinfo(connection._dns_host, connection.port, type=socket.SOCK_STREAM)[
                :_MAX_ADDRESSES
            ]
        except socket.gaierror as error:
            raise NameResolutionError(connection.host, connection, error) from error
        failure: OSError = OSError("no address to connect to")
        for position, (family, kind, protocol, _, address) in enumerate(found):
            sock = socket.socket(family, kind, protocol)
            try:
                for option in connection.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(max(0.001, (ends_at - time.monotonic()) / (len(found) - position)))
                sock.connect(address)
            except OSError as error:
                sock.close()
                failure = error
            else:
                sock.settimeout(timeout)
                return sock
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(connection, "connecting took too long") from failure
        raise NewConnectionError(connection, "could not connect") from failure


class _Http(_DeadlineConnect, HTTPConnection):
    response_class = _DeadlineResponse


class _Https(_DeadlineConnect, HTTPSConnection):
    response_class = _DeadlineResponse


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class DeadlineAdapter(HTTPAdapter):
    """A ``requests`` adapter over those connections; proxies of the environment are honoured too."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _use_deadlines(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        _use_deadlines(manager)
        return manager


def _use_deadlines(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
