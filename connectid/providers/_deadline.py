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
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, ClassVar, cast

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

# At DEBUG, urllib3 would log every address it asks for, and with it phone numbers and tokens.
logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)

_NAT64 = ip_network("64:ff9b::/96")
_COMPATIBLE = ip_network("::/96")
_GLOBAL_UNICAST = ip_network("2000::/3")
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

    def _may_connect(self, address: str | int) -> bool:
        return True

    def _new_conn(self) -> socket.socket:
        connection = cast(HTTPConnection, self)
        timeout = cast(float, connection.timeout)
        ends_at = time.monotonic() + timeout
        try:
            resolved = socket.getaddrinfo(connection._dns_host, connection.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            # A name that IDNA cannot encode is one that nobody resolves.
            raise NameResolutionError(connection.host, connection, socket.gaierror(str(error))) from error
        found = [one for one in resolved if self._may_connect(one[4][0])][:_MAX_ADDRESSES]
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


class _PublicOnly:
    """Judges every address that a name resolved to, and connects to no other: a name cannot change in between."""

    def _may_connect(self, address: str | int) -> bool:
        return is_public(str(address))


class _PublicHttp(_PublicOnly, _Http):
    pass


class _PublicHttps(_PublicOnly, _Https):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _PublicHttpPool(HTTPConnectionPool):
    ConnectionCls = _PublicHttp


class _PublicHttpsPool(HTTPSConnectionPool):
    ConnectionCls = _PublicHttps


class DeadlineAdapter(HTTPAdapter):
    """A ``requests`` adapter over those connections; proxies of the environment are honoured too."""

    _pools: ClassVar[dict[str, Any]] = {"http": _HttpPool, "https": _HttpsPool}

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        # A proxy stands in our own network, and decides itself where it goes.
        manager.pool_classes_by_scheme = DeadlineAdapter._pools
        return manager


class PublicOnlyAdapter(DeadlineAdapter):
    """The same for addresses that somebody else chose: connects to public addresses only (SSRF)."""

    _pools: ClassVar[dict[str, Any]] = {"http": _PublicHttpPool, "https": _PublicHttpsPool}


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet, also one that hides an IPv4 address inside an IPv6 one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        # 6to4, Teredo and NAT64 lead to the IPv4 address inside them; none has a place in a callback.
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if inner or found in _NAT64 or found in _COMPATIBLE:
            return bool(found.ipv4_mapped) and is_public(str(found.ipv4_mapped))
        if found not in _GLOBAL_UNICAST:  # such as the site-local fec0::/10, which Python takes for global
            return False
    return found.is_global and not found.is_multicast
