"""What the HTTP client sends again, and what it never does."""

import pytest

from connectid.providers import _http
from connectid.providers._http import HttpClient
from connectid.providers.errors import Unavailable
from connectid.providers.tests.calls import count, get
from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.testing.ports import free_port


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_idempotent_call_is_retried_twice(
    client: HttpClient, vendor: FakeHttpServer, pauses: list[float], status: int
) -> None:
    vendor.answers(Answer(status), Answer(status), Answer(json=[]))
    assert get(client, vendor).json() == []
    assert len(vendor.requests) == 3
    assert len(pauses) == 2
    assert pauses[0] < pauses[1] * 3  # jittered around a doubling


def test_and_not_a_third_time(client: HttpClient, vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(503))
    with pytest.raises(Unavailable, match="answered 503"):
        get(client, vendor)
    assert len(vendor.requests) == 3
    assert count(client, "unavailable") == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(503),
        Answer(429),
        Answer(500),
        Answer(reset=True),
        Answer(body=b"abc", cut_after=1),
        Answer(delay=10),
    ],
    ids=["503", "429", "500", "reset", "cut", "slow"],
)
def test_a_call_that_is_not_idempotent_is_never_sent_twice(
    client: HttpClient, vendor: FakeHttpServer, answer: Answer
) -> None:
    vendor.answers(answer)
    with pytest.raises(Unavailable):
        get(client, vendor, idempotent=False, deadline=0.3)
    assert len(vendor.requests) == 1


def test_but_it_is_retried_when_no_connection_was_made(client: HttpClient, pauses: list[float]) -> None:
    with pytest.raises(Unavailable, match="could not be reached"):
        client.request("POST", f"http://127.0.0.1:{free_port()}/", idempotent=False)
    assert len(pauses) == 2


def test_500_is_not_retried(client: HttpClient, vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(500))
    with pytest.raises(Unavailable, match="answered 500"):
        get(client, vendor)
    assert len(vendor.requests) == 1


def test_a_short_retry_after_is_obeyed(
    client: HttpClient, vendor: FakeHttpServer, pauses: list[float]
) -> None:
    vendor.answers(Answer(429, headers={"Retry-After": "1"}), Answer())
    get(client, vendor)
    assert pauses == [1.0]


def test_a_long_retry_after_is_handed_to_the_caller(client: HttpClient, vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(503, headers={"Retry-After": "120"}))
    with pytest.raises(Unavailable) as failure:
        get(client, vendor)
    assert failure.value.retry_after == 120
    assert len(vendor.requests) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str | None, seconds: float | None) -> None:
    assert _http.seconds_to_wait(value) == seconds


def test_resets_and_cut_bodies_are_retried(client: HttpClient, vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(reset=True), Answer(body=b"abcdef", cut_after=2), Answer(body=b"whole"))
    assert get(client, vendor).body == b"whole"
