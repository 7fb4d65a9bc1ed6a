"""How often passwords can be tried, and what trying costs (contract 4.1; E-29, E-72)."""

import os
import threading
from datetime import timedelta

import pytest
from django.test import Client

from connectid.accounts.models import USERNAME_LENGTH
from connectid.core import clock
from connectid.core.ratelimit import Limit
from connectid.devices import limits
from connectid.devices.operations import attempts
from connectid.devices.tests.former_server import CHOSEN, imported_account
from connectid.testing.answers import Answered
from connectid.testing.scene import basic, new_phone
from connectid.testing.statements import count_statements
from connectid.verification import counters
from connectid.verification.counters import Taking
from connectid.verification.limits import CountedLimit
from connectid.verification.models import Counter

PATH = "/users/fetch_db_key"

pytestmark = pytest.mark.django_db


def ask(username: str, password: str, *, address: str = "192.0.2.1") -> Answered:
    answer: Answered = Client(REMOTE_ADDR=address).get(PATH, headers=basic(username, password))
    return answer


@pytest.fixture
def three_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PASSWORDS_PER_ACCOUNT", CountedLimit(name="password", a_day=3))


def assert_throttled(answer: Answered) -> None:
    """429, never 400 and never 401, so that no app takes it for a wrong password (4.1)."""
    assert answer.status_code == 429
    assert answer.json()["detail"].startswith("Request was throttled.")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_hundred_wrong_passwords_a_day() -> None:
    """NIST 800-63B-4, 3.2.2."""
    assert limits.PASSWORDS_PER_ACCOUNT.a_day == 100
    account = imported_account(CHOSEN)
    now = clock.now()
    with clock.frozen(now):
        for _ in range(98):
            assert counters.take([Taking(limits.PASSWORDS_PER_ACCOUNT, account.username)], at=now)
        answers = [ask(account.username, f"wrong {number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert_throttled(answers[2])
    with clock.frozen(now + timedelta(minutes=15)):
        assert ask(account.username, CHOSEN).status_code == 200


@pytest.mark.usefixtures("three_tries")
def test_the_address_makes_no_difference_to_the_limit_of_an_account() -> None:
    account = imported_account(CHOSEN)
    answers = [ask(account.username, f"wrong {n}", address=f"198.51.{n}.1") for n in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert_throttled(ask(account.username, CHOSEN))


@pytest.mark.usefixtures("three_tries")
def test_a_right_password_gives_its_try_back() -> None:
    account = imported_account(CHOSEN)
    now = clock.now()
    for minutes in range(0, 100, 20):  # each time after it was forgotten
        with clock.frozen(now + timedelta(minutes=minutes)):
            assert ask(account.username, CHOSEN).status_code == 200
    counter = Counter.objects.get(name="password")
    assert counter.full_at <= (now + timedelta(minutes=80)).timestamp() * 1000 + 1


@pytest.mark.usefixtures("three_tries")
def test_the_same_wrong_password_is_one_try() -> None:
    """A phone with an old password asks on; the one with the new must get in."""
    account = imported_account(CHOSEN)
    assert {ask(account.username, "old").status_code for _ in range(20)} == {401}
    assert ask(account.username, CHOSEN).status_code == 200


@pytest.mark.usefixtures("three_tries")
def test_a_password_that_was_just_right_passes_whatever_others_try() -> None:
    account = imported_account(CHOSEN)
    ask(account.username, CHOSEN)
    for number in range(4):
        ask(account.username, f"wrong {number}")
    assert ask(account.username, CHOSEN).status_code == 200


@pytest.mark.usefixtures("three_tries")
def test_a_device_credential_passes_whatever_others_try() -> None:
    phone = new_phone()
    answers = [ask(phone.account.username, f"wrong {number}") for number in range(4)]
    assert_throttled(answers[-1])
    with count_statements() as statements:
        assert Client().get(PATH, headers=phone.headers).status_code == 200
    assert len(statements) == 1


@pytest.mark.usefixtures("three_tries")
@pytest.mark.parametrize("known", [True, False])
def test_nobody_learns_which_usernames_exist(known: bool) -> None:
    """6.3.8 of ASVS: the same answers, statements and limit for an unknown username and for a wrong password."""
    username = imported_account(CHOSEN).username if known else "0123456789abcdef0123"
    told = []
    for number in range(4):
        with count_statements() as statements:
            answer = ask(username, f"wrong {number}")
        told.append((answer.status_code, answer.json().keys(), len(statements)))
    assert told == [(401, {"detail"}, 4)] * 3 + [(429, {"detail"}, 4)]


def test_an_address_runs_out_whatever_the_usernames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PASSWORDS_PER_ADDRESS", Limit("test", 5, within=timedelta(hours=1)))
    answers = [ask(f"user{number}", "x", address=f"192.0.2.{number}") for number in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert_throttled(answers[5])
    assert ask("user7", "x", address="198.51.100.1").status_code == 401
    assert Counter.objects.filter(name="password").count() == 6  # the refused one cost no row


def test_only_a_few_wait_for_a_hash() -> None:
    """A request that waits keeps a thread; the others are told to come back, at no statement but the look-ups."""
    account = imported_account(CHOSEN)
    for _ in range(limits.WAITING_AT_ONCE):
        assert attempts._waiting.acquire(blocking=False)
    try:
        with count_statements() as statements:
            answer = ask(account.username, CHOSEN)
    finally:
        attempts._waiting.release(limits.WAITING_AT_ONCE)
    assert_throttled(answer)
    assert len(statements) == 2
    assert ask(account.username, CHOSEN).status_code == 200


def test_hashing_takes_what_others_leave() -> None:
    """E-72: a flood of passwords does not slow down those who need no hash."""
    inside: list[int] = []

    def verify() -> attempts.Match:
        inside.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return attempts.NO_MATCH

    attempts.attempt(username="x", address="192.0.2.1", verify=verify, at=clock.now())
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert inside == [min(own + attempts.LOWER_PRIORITY, 19)]


def test_names_that_no_account_has_are_counted_as_one() -> None:
    """Else one caller could fill the table with rows of any width."""
    longest = "x" * USERNAME_LENGTH
    for number in range(3):
        assert ask(f"{longest}{number}", "wrong").status_code == 401
    assert list(Counter.objects.filter(name="password").values_list("subject", flat=True)) == [longest]
