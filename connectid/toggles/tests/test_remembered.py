"""What Connect said, kept for the next caller and for its outages (E-36, E-37)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.core.cache import cache

from connectid.core import clock
from connectid.core.clock import FrozenClock
from connectid.providers.concurrently import Done, Failed, at_once
from connectid.providers.errors import Unavailable
from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.toggles import operations, queries, remembered
from connectid.toggles.errors import ConfigurationUnavailable
from connectid.toggles.tests.partners import (
    NO_REDIS,
    REDIS,
    entry,
    fails,
    in_another_process,
    says,
    through,
)
from connectid.toggles.toggle import Toggle, Toggles

NUMBER = "+255712345678"


def fetch(phone_number: str = NUMBER) -> Toggles:
    return queries.fetch(phone_number=phone_number, at=clock.now(), deadline=5)


@pytest.mark.usefixtures("_shared", "now")
def test_one_process_asks_for_all(connect: FakeHttpServer) -> None:
    fetch()
    in_another_process()
    assert set(fetch()) == {"feature"}
    assert len(connect.requests) == 1


@pytest.mark.usefixtures("_shared")
def test_the_newest_answer_of_all_processes_counts(connect: FakeHttpServer, now: FrozenClock) -> None:
    fetch()
    mine = dict(remembered._copies)
    now.advance(minutes=2)
    in_another_process()
    says(connect, entry("newer"))
    fetch()
    remembered._copies.clear()
    remembered._copies.update(mine)
    now.advance(seconds=30)
    assert set(fetch()) == {"newer"}


@pytest.mark.usefixtures("_shared")
def test_a_new_process_has_the_last_good_answer_too(connect: FakeHttpServer, now: FrozenClock) -> None:
    fetch()
    fails(connect)
    now.advance(hours=3)
    in_another_process()
    assert set(fetch()) == {"feature"}


def test_an_outage_of_redis_too_leaves_the_process_its_copy(
    connect: FakeHttpServer, now: FrozenClock
) -> None:
    with through(NO_REDIS):
        fetch()
        fails(connect)
        now.advance(hours=3)
        assert set(fetch()) == {"feature"}


@pytest.mark.usefixtures("_shared")
def test_the_cache_is_not_told_who_asks(connect: FakeHttpServer) -> None:
    fetch("+255799999999")
    queries.fetch(username="0123456789abcdef0123", at=clock.now(), deadline=5)
    prefix = cache.make_key("toggles").rpartition(":1:")[0]
    keys = [key.decode() for key in redis.from_url(REDIS).scan_iter(match=f"{prefix}*")]
    assert len(keys) == 2
    assert not [key for key in keys if "255799999999" in key or "0123456789abcdef0123" in key]


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"toggles": 7}', b"\xff"])
def test_what_another_release_kept_is_asked_anew(connect: FakeHttpServer, raw: bytes) -> None:
    cache.set(remembered.key_of(username=None, phone_number=NUMBER), raw)
    assert set(fetch()) == {"feature"}


def test_a_process_keeps_a_bounded_number_of_answers() -> None:
    for number in range(remembered.MOST_COPIES + 10):
        remembered.remember(f"toggles.connect.{number}", {}, at=clock.now())
    assert len(remembered._copies) == remembered.MOST_COPIES


def test_while_one_asks_the_others_take_the_old_answer(connect: FakeHttpServer, now: FrozenClock) -> None:
    fetch()
    now.advance(minutes=2)
    connect.answers(Answer(json={"toggles": [entry("newer")]}, delay=0.3))
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: set(fetch()), range(8)))
    assert len(connect.requests) == 2
    assert {"newer"} in answers
    assert all(answer in ({"newer"}, {"feature"}) for answer in answers)


@pytest.mark.django_db
def test_the_halves_meet_as_in_start_configuration(connect: FakeHttpServer) -> None:
    operations.set_switch("ours", active=True)
    outcome = at_once(10, toggles=fetch)["toggles"]
    assert set(queries.merged(outcome, at=clock.now())) == {"ours", "feature"}


@pytest.mark.parametrize("error", [Unavailable("the deadline of all calls"), ConfigurationUnavailable()])
def test_a_call_that_failed_is_refused(error: Exception) -> None:
    with pytest.raises(ConfigurationUnavailable):
        queries.merged(Failed(error), at=clock.now())


def test_a_fault_is_not_taken_for_an_outage() -> None:
    with pytest.raises(ZeroDivisionError):
        queries.merged(Failed(ZeroDivisionError()), at=clock.now())


@pytest.mark.django_db
def test_connect_wins_in_a_merge() -> None:
    operations.set_switch("both", active=True)
    assert queries.merged(Done({"both": Toggle(active=False)}), at=clock.now()) == {
        "both": Toggle(active=False)
    }
