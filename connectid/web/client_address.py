"""Who is at the other end: the client's address behind the proxies we trust (E-39).

Anyone can send ``X-Forwarded-For``; each proxy only appends the address it saw. So the list is read from the
right, and only as far as the addresses that wrote it are ours. ``TRUSTED_PROXIES`` says which are:

- networks (``10.0.0.0/8,192.0.2.7``), plus the word ``unix`` where the proxy connects through a Unix socket; or
- one number, how many proxies stand in front of us, where their addresses are not known.

Empty, the header is ignored and the address is the socket's.

The proxy nearest to us must drop request headers whose names hold underscores (nginx does so by itself, an
AWS load balancer with ``routing.http.drop_invalid_header_fields.enabled``): WSGI gives ``X_Forwarded_For``
and ``X-Forwarded-For`` one name, and the client's could stand in for the proxy's.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

type Address = IPv4Address | IPv6Address

UNIX = "unix"

_LONGEST_HEADER = (
    512  # what proxies of ours append is at the end; a client may send any length in front of it
)
_IPV4_BLOCK = 24
_IPV6_BLOCK = 48


class Proxies:
    """The proxies in front of us; ``ValueError`` with a hint for what is neither networks nor a number."""

    def __init__(self, declared: tuple[str, ...]) -> None:
        self.count = int(declared[0]) if len(declared) == 1 and declared[0].isdecimal() else 0
        self.behind_socket = UNIX in declared or self.count > 0
        networks = () if self.count else [entry for entry in declared if entry != UNIX]
        try:
            self._networks = [ip_network(entry, strict=False) for entry in networks]
        except ValueError as error:
            raise ValueError(
                f"{error}; write networks (10.0.0.0/8), 'unix', or one number of proxies"
            ) from error

    def __contains__(self, address: Address | None) -> bool:
        """Whether the address (None: the other end of a Unix socket) is one of the proxies given as networks."""
        if address is None:
            return self.behind_socket
        return any(address in network for network in self._networks)

    def client(self, peer: Address | None, forwarded_for: str) -> Address | None:
        """The client's address, from the socket's and the header's; None where neither tells one."""
        hops = forwarded_for.split(",") if forwarded_for else []
        return self._by_count(peer, hops) if self.count else self._by_network(peer, hops)

    def _by_count(self, peer: Address | None, hops: list[str]) -> Address | None:
        if len(hops) < self.count:  # the request went round a proxy: nothing in the header is theirs
            return peer
        return _address(hops[-self.count]) or peer

    def _by_network(self, peer: Address | None, hops: list[str]) -> Address | None:
        nearest, trusted = peer, peer in self
        for hop in reversed(hops):
            address = _address(hop) if trusted else None
            if (
                address is None
            ):  # not for us to believe, or no address at all: the nearest is the best we know
                break
            nearest, trusted = address, address in self
        return nearest


def client_address(request: HttpRequest) -> Address | None:
    """The client's address; None only behind a Unix socket whose proxy told none.

    IPv6 forms of IPv4 addresses come as IPv4, so a client has one address whichever way it came.
    """
    forwarded_for = request.META.get("HTTP_X_FORWARDED_FOR", "")[-_LONGEST_HEADER:]
    return _client(request.META.get("REMOTE_ADDR", ""), forwarded_for, _declared())


@lru_cache(maxsize=4096)
def limit_key(address: Address | None) -> str:
    """What limits per address count by: the /24 of IPv4, the /48 of IPv6 that one subscriber may hold."""
    if address is None:
        return "unknown"
    bits = _IPV4_BLOCK if address.version == 4 else _IPV6_BLOCK
    return str(ip_network((address, bits), strict=False))


def is_from_trusted_proxy(request: HttpRequest) -> bool:
    """Whether a proxy of ours delivered the request, so that headers only it should set may be believed."""
    proxies = trusted_proxies(_declared())
    return proxies.count > 0 or _address(request.META.get("REMOTE_ADDR", "")) in proxies


def is_internal(request: HttpRequest) -> bool:
    """Whether the client is this machine or in a trusted network: who may read what operators read.

    A forwarded request that no trusted proxy delivered is not, wherever it comes from: it passed a proxy that
    ``TRUSTED_PROXIES`` does not know, so its client may be anyone.
    """
    forwarded = "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META
    if forwarded and not is_from_trusted_proxy(request):
        return False
    address = client_address(request)
    return address is not None and (address.is_loopback or address in trusted_proxies(_declared()))


@lru_cache(maxsize=8)
def trusted_proxies(declared: tuple[str, ...]) -> Proxies:
    """``TRUSTED_PROXIES``, understood; ``ValueError`` with a hint for what cannot be."""
    return Proxies(declared)


def _declared() -> tuple[str, ...]:
    return tuple(settings.TRUSTED_PROXIES)


@lru_cache(maxsize=4096)
def _client(remote_addr: str, forwarded_for: str, declared: tuple[str, ...]) -> Address | None:
    return trusted_proxies(declared).client(_address(remote_addr), forwarded_for)


def _address(text: str) -> Address | None:
    """An address as proxies write it: bare, in brackets, or with a port; None for anything else."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
