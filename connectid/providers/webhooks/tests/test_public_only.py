"""A partner's address leads to the public internet or nowhere (SSRF): sixty and more ways to write another one."""

import socket
from typing import Any

import pytest

from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.webhooks.http import HttpWebhooks

BODY = b"{}"

HOSTS = [
    "127.0.0.1", "127.1", "127.0.0.2", "0", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "017700000001",
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.255", "100.64.0.1",
    "169.254.169.254", "0xa9fea9fe", "2852039166", "169.254.170.2", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]", "[::7f00:1]", "[64:ff9b::7f00:1]",
    "[64:ff9b::a00:1]", "[2002:7f00:1::]", "[2002:a00:1::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]",
    "[fd00:ec2::254]", "[fd12:3456:789a::1]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[100::1]", "localhost",
    "LOCALHOST", "localhost.", "metadata.google.internal", "partner.internal", "127.0.0.1.nip.io", "\u2460\u2461\u2466.0.0.1",
]  # fmt: skip
"""Of https addresses: loopback, private, shared, link-local, metadata, reserved and mapped, in every base and notation."""

ADDRESSES = [
    "http://8.8.8.8/", "ftp://8.8.8.8/", "file:///etc/passwd", "gopher://8.8.8.8/", "//8.8.8.8/", "8.8.8.8", "", "https://",
    "https:///delivery", "https://8.8.8.8:22/", "https://8.8.8.8:6379/", "https://8.8.8.8:99999/", "https://8.8.8.8:x/",
    "https://user:secret@8.8.8.8/", "https://8.8.8.8@127.0.0.1/", "https://127.0.0.1:443@8.8.8.8/",
    "https://8.8.8.8\\@127.0.0.1/", "https://127.0.0.1\\.example.org/", "https://[::1/", "https://127.0.0.1#@8.8.8.8/",
    "https://127.0.0.1?@8.8.8.8/", "https://8.8.8.8\r\nHost: x/",
]  # fmt: skip
"""Other schemes, ports, user names, and what one parser reads differently from the next."""


class Canary:
    """Sees every connection that is attempted; stands in for the resolver of names that are no addresses."""

    def __init__(self) -> None:
        self.attempted: list[Any] = []
        self.answers: list[str] = ["127.0.0.1"]
        """What the next look-ups of a name find; the last one for ever."""
        self.looked_up = 0


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> Canary:
    """Resolves as the C library does, without asking anybody, so that every address gets as far as being judged."""
    found = Canary()

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        bare = host.partition("%")[0]
        if ":" in bare:
            return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (bare, port, 0, 0))]
        try:
            address = socket.inet_ntoa(socket.inet_aton(host))
        except OSError:
            found.looked_up += 1
            address = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(_: socket.socket, address: Any) -> None:
        found.attempted.append(address)
        raise OSError("the canary lets nothing through")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connect)
    return found


def call(url: str) -> None:
    HttpWebhooks(public_only=True).post(url=url, body=BODY, headers={})


@pytest.mark.parametrize("host", HOSTS)
def test_no_private_host_is_connected_to(canary: Canary, host: str) -> None:
    with pytest.raises((Rejected, Unavailable)):
        call(f"https://{host}/delivery")
    assert canary.attempted == []


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700::1111]", "[::ffff:8.8.8.8]"])
def test_public_hosts_are_connected_to(canary: Canary, host: str) -> None:
    """Or the corpus would prove nothing."""
    with pytest.raises(Unavailable):
        call(f"https://{host}/delivery")
    assert len(canary.attempted) == 1


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_odd_address_is_connected_to(canary: Canary, address: str) -> None:
    with pytest.raises((Rejected, Unavailable)):
        call(address)
    assert canary.attempted == []


def test_a_name_is_resolved_once_and_that_address_is_connected_to(canary: Canary) -> None:
    """Rebinding: a name that is public when it is judged and private a moment later gains nothing."""
    canary.answers = ["8.8.8.8", "127.0.0.1"]
    with pytest.raises(Unavailable):
        call("https://rebinding.example.org/delivery")
    assert (canary.looked_up, canary.attempted) == (1, [("8.8.8.8", 443)])


def test_it_is_judged_again_at_every_call(canary: Canary) -> None:
    """The other way round: public at first, private from then on."""
    caller = HttpWebhooks(public_only=True)
    canary.answers = ["8.8.8.8", "10.0.0.1"]
    for _ in range(3):
        with pytest.raises(Unavailable):
            caller.post(url="https://rebinding.example.org/delivery", body=BODY, headers={})
    assert canary.attempted == [("8.8.8.8", 443)]


def test_the_corpus_has_no_gap() -> None:
    """The promise is sixty cases."""
    assert len({*HOSTS, *ADDRESSES}) >= 60
