"""Google's certificates are asked for once per max-age, by one thread, and outlive an outage of Google for a day."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connectid.providers.errors import Unavailable
from connectid.providers.phone_proof.certificates import Certificates
from connectid.providers.phone_proof.tests.firebase_tokens import SigningKey
from connectid.testing.fake_http import Answer, FakeHttpServer, Received

KEY = SigningKey("key-1")
NEXT_KEY = SigningKey("key-2")
HOUR = 3_600.0


def good(
    *keys: SigningKey, max_age: str = "public, max-age=21600, must-revalidate", **headers: str
) -> Answer:
    published = {key.key_id: key.certificate for key in keys or (KEY,)}
    return Answer(json=published, headers={"Cache-Control": max_age, **headers})


class Time:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def google() -> Iterator[FakeHttpServer]:
    with FakeHttpServer() as server:
        server.answers(good())
        yield server


@pytest.fixture
def certificates(google: FakeHttpServer, time: Time) -> Certificates:
    return Certificates(google.url, clock=time)


def test_the_key_is_that_of_the_certificate(certificates: Certificates) -> None:
    key = certificates.key("key-1")
    assert key is not None
    expected = KEY.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert key.as_pem(private=False) == expected


def test_google_is_asked_again_when_its_answer_is_no_longer_fresh(
    certificates: Certificates, google: FakeHttpServer, time: Time
) -> None:
    for _ in range(3):
        certificates.key("key-1")
    time.now += 6 * HOUR - 1
    certificates.key("key-1")
    assert len(google.requests) == 1
    time.now += 1
    certificates.key("key-1")
    assert len(google.requests) == 2


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (good(max_age="max-age=100"), 100),
        (good(max_age="MAX-AGE=100, public"), 100),
        (good(max_age="max-age=100", Age="40"), 60),
        (good(max_age="max-age=100", Age="soon"), 100),
        (good(max_age="max-age=0"), 60),
        (good(max_age="s-maxage=7"), HOUR),
        (good(max_age="no-store"), HOUR),
        (good(max_age="max-age=999999999"), 24 * HOUR),
    ],
)
def test_how_long_an_answer_is_fresh(
    answer: Answer, seconds: float, certificates: Certificates, google: FakeHttpServer, time: Time
) -> None:
    google.answers(answer)
    certificates.key("key-1")
    time.now += seconds - 0.5
    certificates.key("key-1")
    assert len(google.requests) == 1
    time.now += 1
    certificates.key("key-1")
    assert len(google.requests) == 2


def test_threads_that_come_together_ask_once(google: FakeHttpServer, certificates: Certificates) -> None:
    google.answers(Answer(json={"key-1": KEY.certificate}, delay=0.2))
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(certificates.key, ["key-1"] * 16))
    assert all(keys)
    assert len(google.requests) == 1


def test_while_one_thread_renews_the_others_do_not_wait(
    google: FakeHttpServer, certificates: Certificates, time: Time
) -> None:
    certificates.key("key-1")
    time.now += 7 * HOUR
    arrived, release = Event(), Event()

    def respond(_: Received) -> Answer:
        arrived.set()
        release.wait(30)
        return good()

    google.respond = respond
    with ThreadPoolExecutor(2) as pool:
        renewing = pool.submit(certificates.key, "key-1")
        assert arrived.wait(30)
        assert pool.submit(certificates.key, "key-1").result(timeout=4) is not None
        assert not renewing.done()
        release.set()
        assert renewing.result() is not None


def test_a_new_key_is_fetched_when_a_token_names_it(
    certificates: Certificates, google: FakeHttpServer, time: Time
) -> None:
    certificates.key("key-1")
    google.answers(good(KEY, NEXT_KEY))
    time.now += 61
    assert certificates.key("key-2") is not None
    assert certificates.key("key-1") is not None
    assert len(google.requests) == 2


def test_invented_key_ids_do_not_make_us_call_google_each_time(
    certificates: Certificates, google: FakeHttpServer, time: Time
) -> None:
    for number in range(50):
        assert certificates.key(f"invented-{number}") is None
    assert len(google.requests) == 1
    time.now += 61
    for number in range(50):
        assert certificates.key(f"invented-{number}") is None
    assert len(google.requests) == 2


def test_an_outage_is_bridged_for_a_day(
    certificates: Certificates, google: FakeHttpServer, time: Time
) -> None:
    certificates.key("key-1")
    google.answers(Answer(400))
    time.now += 6 * HOUR
    assert certificates.key("key-1") is not None
    time.now += 24 * HOUR - 1
    assert certificates.key("key-1") is not None
    time.now += 1
    with pytest.raises(Unavailable):
        certificates.key("key-1")
    google.answers(good())
    assert certificates.key("key-1") is not None


def test_during_an_outage_google_is_tried_now_and_then(
    certificates: Certificates, google: FakeHttpServer, time: Time
) -> None:
    certificates.key("key-1")
    google.answers(Answer(400))
    time.now += 7 * HOUR
    for _ in range(20):
        certificates.key("key-1")
    assert len(google.requests) == 2
    time.now += 31
    certificates.key("key-1")
    assert len(google.requests) == 3


def test_during_an_outage_an_unknown_key_may_be_a_new_one(
    certificates: Certificates, google: FakeHttpServer, time: Time
) -> None:
    certificates.key("key-1")
    google.answers(Answer(400))
    time.now += 61
    assert certificates.key("key-2") is None, "the answer is still fresh: there is no such key"
    time.now += 6 * HOUR
    with pytest.raises(Unavailable):
        certificates.key("key-2")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404),
        Answer(503),
        Answer(200, b"<html>"),
        Answer(json=[]),
        Answer(json={}),
        Answer(json={"key-1": "no certificate"}),
        Answer(json={"key-1": None}),
        Answer(302, headers={"Location": "https://evil.example"}),
        Answer(reset=True),
    ],
)
def test_an_answer_that_is_no_use_is_unavailable(
    answer: Answer, google: FakeHttpServer, certificates: Certificates
) -> None:
    google.answers(answer)
    with pytest.raises(Unavailable):
        certificates.key("key-1")


def test_one_unreadable_certificate_does_not_cost_the_others(
    google: FakeHttpServer, certificates: Certificates
) -> None:
    google.answers(Answer(json={"key-0": "broken", "key-1": KEY.certificate}))
    assert certificates.key("key-0") is None
    assert certificates.key("key-1") is not None
