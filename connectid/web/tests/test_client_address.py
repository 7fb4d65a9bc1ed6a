"""The client's address is the proxies' word, never the client's (E-39, ASVS 15.3.4)."""

from ipaddress import ip_address

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from connectid.web import client_address as module
from connectid.web.client_address import Proxies, client_address, is_internal, limit_key

NETWORKS = ("10.0.0.0/8", "2001:db8::/32")
CLIENT = "203.0.113.9"


def found(remote: str, forwarded: str | None, settings: Settings, proxies: tuple[str, ...] = NETWORKS) -> str:
    settings.TRUSTED_PROXIES = proxies
    meta = {"REMOTE_ADDR": remote} | ({} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded})
    return str(client_address(RequestFactory().get("/", **meta)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        (CLIENT, None, CLIENT),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", CLIENT, CLIENT),
        ("10.0.0.1", f"{CLIENT}, 10.0.0.2", CLIENT),
        ("10.0.0.1", f"{CLIENT},10.0.0.3,10.0.0.2", CLIENT),
        ("10.0.0.1", "10.0.0.9, 10.0.0.2", "10.0.0.9"),
        ("10.0.0.1", f"{CLIENT}:51234", CLIENT),
        ("10.0.0.1", "[2a00:1450::1]:443", "2a00:1450::1"),
        ("10.0.0.1", "2a00:1450::1", "2a00:1450::1"),
        ("2001:db8::1", CLIENT, CLIENT),
        ("::ffff:10.0.0.1", f"::ffff:{CLIENT}", CLIENT),
    ],
)
def test_the_last_address_no_proxy_of_ours_has(
    remote: str, forwarded: str, client: str, settings: Settings
) -> None:
    assert found(remote, forwarded, settings) == client


@pytest.mark.parametrize(
    "spoofed",
    [
        "1.1.1.1",
        "127.0.0.1",
        "10.0.0.7",
        "1.1.1.1, 10.0.0.7",
        "10.0.0.7, 127.0.0.1, ::1",
        "unknown",
        "",
        ",,,",
        " , 10.0.0.7 ,",
        "1.1.1.1\t",
        "0x7f.1",
        "2130706433",
        "010.0.0.1",
        "::ffff:10.0.0.7",
        "fe80::1%eth0",
        "<script>",
        "'; DROP TABLE accounts_account",
        "1.1.1.1," * 500,
        "\u0661.\u0661.\u0661.\u0661",
    ],
)
def test_what_the_client_writes_changes_nothing(spoofed: str, settings: Settings) -> None:
    assert found(CLIENT, spoofed, settings) == CLIENT
    assert found(CLIENT, spoofed, settings, ()) == CLIENT
    assert found("10.0.0.1", f"{spoofed}, {CLIENT}", settings) == CLIENT
    assert found("10.0.0.1", f"{spoofed}, {CLIENT}, 10.0.0.2", settings) == CLIENT
    assert found("10.0.0.1", f"{spoofed}, {CLIENT}, 10.0.0.2", settings, ("2",)) == CLIENT


@given(st.text(), st.ip_addresses())
def test_no_header_is_a_fault_nor_moves_the_client(spoofed: str, client: object) -> None:
    seen = ip_address(str(client))
    expected = getattr(seen, "ipv4_mapped", None) or seen
    proxies = Proxies(NETWORKS)
    if expected not in proxies:
        assert proxies.client(ip_address("10.0.0.1"), f"{spoofed},{client}") == expected
    assert Proxies(("1",)).client(ip_address("198.51.100.1"), f"{spoofed},{client}") == expected


def test_a_proxy_that_writes_no_address_is_the_best_we_know(settings: Settings) -> None:
    assert found("10.0.0.1", "unknown", settings) == "10.0.0.1"
    assert found("10.0.0.1", f"{CLIENT}, unknown, 10.0.0.2", settings) == "10.0.0.2"


def test_without_proxies_the_header_is_ignored(settings: Settings) -> None:
    assert found("10.0.0.1", CLIENT, settings, ()) == "10.0.0.1"


@pytest.mark.parametrize(
    ("count", "forwarded", "client"),
    [
        ("1", f"spoof, {CLIENT}", CLIENT),
        ("2", f"spoof, {CLIENT}, 198.51.100.2", CLIENT),
        # Fewer entries than proxies: the request went round one of them.
        ("2", "127.0.0.1", "198.51.100.1"),
        ("3", "127.0.0.1, 198.51.100.2", "198.51.100.1"),
        ("1", "unknown", "198.51.100.1"),
    ],
)
def test_a_number_of_proxies(count: str, forwarded: str, client: str, settings: Settings) -> None:
    assert found("198.51.100.1", forwarded, settings, (count,)) == client


def test_a_proxy_behind_a_unix_socket(settings: Settings) -> None:
    assert found("", CLIENT, settings, ("unix",)) == CLIENT
    assert found("", f"{CLIENT}, 10.0.0.2", settings, ("unix", "10.0.0.0/8")) == CLIENT
    assert found("", CLIENT, settings, ()) == "None"
    assert found("", None, settings, ("unix",)) == "None"


@pytest.mark.parametrize("declared", [("proxy.example.org",), ("10.0.0.0/99",), ("-1",)])
def test_misdeclared_proxies_are_refused_with_a_hint(declared: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="number of proxies"):
        Proxies(declared)


def test_limits_count_by_block() -> None:
    assert limit_key(ip_address(CLIENT)) == "203.0.113.0/24"
    assert limit_key(ip_address("2a00:1450:4001:81b::200e")) == "2a00:1450:4001::/48"
    assert limit_key(None) == "unknown"


@pytest.mark.parametrize(
    ("remote", "headers", "internal"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("10.1.2.3", {}, True),
        (CLIENT, {}, False),
        (CLIENT, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, False),
        ("10.0.0.1", {"HTTP_X_FORWARDED_FOR": CLIENT}, False),
        ("10.0.0.1", {"HTTP_X_FORWARDED_FOR": f"127.0.0.1, {CLIENT}"}, False),
        ("10.0.0.1", {"HTTP_X_FORWARDED_FOR": "10.9.9.9"}, True),
        # A proxy on this machine that TRUSTED_PROXIES does not know.
        ("127.0.0.1", {"HTTP_X_FORWARDED_FOR": CLIENT}, False),
        ("127.0.0.1", {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, False),
        ("127.0.0.1", {"HTTP_FORWARDED": "for=127.0.0.1"}, False),
        ("", {}, False),
    ],
)
def test_internal_clients(remote: str, headers: dict[str, str], internal: bool, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = NETWORKS
    assert is_internal(RequestFactory().get("/", REMOTE_ADDR=remote, **headers)) is internal  # type: ignore[arg-type]


def test_trusted_proxies_deliver(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = NETWORKS
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1")
    assert module.is_from_trusted_proxy(request)
    settings.TRUSTED_PROXIES = ()
    assert not module.is_from_trusted_proxy(request)
    settings.TRUSTED_PROXIES = ("1",)
    assert module.is_from_trusted_proxy(request)
