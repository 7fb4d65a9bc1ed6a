"""The HTTP client of all providers, against a vendor that misbehaves on a real socket."""

import socket
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from connectid.providers._http import HttpClient
from connectid.providers.breaker import CircuitBreaker
from connectid.providers.errors import Unavailable
from connectid.providers.tests.calls import SECRET, count, get, new_name
from connectid.testing.at_once import at_once
from connectid.testing.fake_http import Answer, FakeHttpServer


def test_request_and_answer(client: HttpClient, vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(201, json={"id": 5}, headers={"X-Kind": "a"}))
    response = client.request(
        "POST",
        f"{vendor.url}/things",
        idempotent=False,
        data={"to": "+1", "text": "a&b é"},
        auth=("me", "secret"),
    )
    assert (response.status, response.ok, response.json(), response.headers["x-kind"]) == (
        201,
        True,
        {"id": 5},
        "a",
    )
    (request,) = vendor.requests
    assert (request.method, request.path) == ("POST", "/things")
    assert request.form == {"to": ["+1"], "text": ["a&b é"]}
    assert request.headers["Authorization"] == "Basic bWU6c2VjcmV0"
    assert count(client, "ok") == 1


def test_connections_are_reused(client: HttpClient, vendor: FakeHttpServer) -> None:
    for _ in range(5):
        get(client, vendor)
    assert vendor.connections == 1


def test_cookies_are_not_kept(client: HttpClient, vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(headers={"Set-Cookie": "who=me; Path=/"}))
    get(client, vendor)
    get(client, vendor)
    assert vendor.requests[1].headers["Cookie"] is None


def test_netrc_does_not_replace_our_header(
    client: HttpClient, vendor: FakeHttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    client.request("GET", vendor.url, idempotent=True, headers={"Authorization": "Bearer t"})
    assert vendor.requests[0].headers["Authorization"] == "Bearer t"


def test_a_refusal_is_the_callers_to_judge(client: HttpClient, vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(404, json={"code": 20404}))
    assert get(client, vendor).status == 404
    assert len(vendor.requests) == 1
    assert count(client, "rejected") == 1


def test_redirects_are_not_followed(client: HttpClient, vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(302, headers={"Location": f"{vendor.url}/elsewhere"}))
    assert get(client, vendor).status == 302
    assert len(vendor.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [Answer(delay=60), Answer(body=b"x" * 5000, trickle=0.05), Answer(body=b"x", trickle_headers=0.05)],
    ids=["silent", "slow body", "slow headers"],
)
def test_the_deadline_covers_the_whole_answer(
    client: HttpClient, vendor: FakeHttpServer, answer: Answer
) -> None:
    vendor.answers(answer)
    with pytest.raises(Unavailable, match="did not answer in time"):
        get(client, vendor, deadline=0.3)
    assert count(client, "timeout") == 1


def test_a_slow_answer_within_the_deadline_is_read(client: HttpClient, vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(body=b"abc", trickle=0.01))
    assert get(client, vendor).body == b"abc"


def test_the_deadline_includes_the_retries(vendor: FakeHttpServer) -> None:
    client = HttpClient(new_name(), sleep=lambda _: None)
    vendor.answers(Answer(503, delay=0.15))
    with pytest.raises(Unavailable):
        get(client, vendor, deadline=0.2)
    assert len(vendor.requests) <= 2


def test_a_host_that_swallows_packets_is_given_up(client: HttpClient) -> None:
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for filler in (first, second):  # a full backlog: further connection attempts get no answer at all
            filler.setblocking(False)
            filler.connect_ex(deaf.getsockname())
        with pytest.raises(Unavailable, match="could not be reached in time"):
            client.request("GET", f"http://127.0.0.1:{deaf.getsockname()[1]}/", idempotent=True, deadline=0.3)
    assert count(client, "timeout") == 1


def test_a_name_that_does_not_resolve(client: HttpClient) -> None:
    with pytest.raises(Unavailable, match="could not be reached"):
        client.request("GET", "http://does-not-exist.invalid/", idempotent=True)


def test_an_answer_that_is_too_long_is_refused(client: HttpClient, vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(body=b"x" * 3000))
    with pytest.raises(Unavailable, match="more than was allowed"):
        get(client, vendor, max_bytes=2000)
    assert len(get(client, vendor, max_bytes=3000).body) == 3000


def test_a_body_that_is_not_json(client: HttpClient, vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(body=b"<html>Sign in to the hotel network</html>"))
    response = get(client, vendor)
    with pytest.raises(Unavailable, match="not JSON"):
        response.json()


def test_an_address_that_is_none(client: HttpClient) -> None:
    with pytest.raises(Unavailable, match="address in the settings"):
        client.request("GET", "vendor.example/path", idempotent=True)


def test_five_failed_calls_open_the_breaker(vendor: FakeHttpServer) -> None:
    now = [0.0]
    client = HttpClient(new_name(), breaker=CircuitBreaker(clock=lambda: now[0]), sleep=lambda _: None)
    vendor.answers(Answer(500))
    for _ in range(5):
        with pytest.raises(Unavailable, match="500"):
            get(client, vendor)
    now[0] = 10
    with pytest.raises(Unavailable, match="not called for a while") as refused:
        get(client, vendor)
    assert refused.value.retry_after == 20
    assert len(vendor.requests) == 5
    assert count(client, "breaker_open") == 1
    now[0] = 30
    vendor.answers(Answer())
    assert get(client, vendor).ok
    assert get(client, vendor).ok


@pytest.mark.parametrize("status", [400, 401, 429])
def test_refusals_and_limits_do_not_open_the_breaker(
    client: HttpClient, vendor: FakeHttpServer, status: int
) -> None:
    vendor.answers(Answer(status))
    for _ in range(8):
        with suppress(Unavailable):
            get(client, vendor, idempotent=False)
    assert len(vendor.requests) == 8


@pytest.mark.parametrize(
    "answer", [Answer(500), Answer(reset=True), Answer(delay=9)], ids=["500", "reset", "slow"]
)
def test_failures_do_not_repeat_the_request(
    client: HttpClient, vendor: FakeHttpServer, answer: Answer
) -> None:
    vendor.answers(answer)
    with pytest.raises(Unavailable) as failure:
        get(client, vendor, deadline=0.2)
    seen: BaseException | None = failure.value
    while seen is not None:  # what a logger or an error tracker would follow
        assert SECRET.lstrip("+") not in f"{seen!r}{seen.args}"
        seen = seen.__cause__ or seen.__context__


def test_many_threads_share_one_client(client: HttpClient, vendor: FakeHttpServer) -> None:
    vendor.respond = lambda request: Answer(body=request.query["n"][0].encode())
    wrong: list[int] = []

    def call(number: int) -> None:
        for _ in range(5):
            response = client.request("GET", vendor.url, idempotent=True, params={"n": str(number)})
            if response.body != str(number).encode():
                wrong.append(number)

    at_once(*(partial(call, number) for number in range(16)))
    assert wrong == []
    assert len(vendor.requests) == 80
    assert vendor.connections <= 16


def test_the_time_of_calls_is_measured(client: HttpClient, vendor: FakeHttpServer) -> None:
    get(client, vendor)
    assert REGISTRY.get_sample_value("connectid_provider_seconds_count", {"provider": client.name}) == 1
