"""Guesses: whose account a credential opened last."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from connectid.web.guesses import PLACES, Guesses


@given(st.dictionaries(st.text(), st.integers(1, 2**40 - 1), max_size=5))
def test_what_was_learned_last_is_known(known: dict[str, int]) -> None:
    guesses = Guesses()
    for credentials, account_id in known.items():
        guesses.learn(credentials, account_id)
        assert guesses.of(credentials) == account_id


def test_nothing_is_known_of_strangers() -> None:
    guesses = Guesses()
    guesses.learn("one", 1)
    assert guesses.of("another") is None


def test_a_credential_that_changed_hands() -> None:
    guesses = Guesses()
    guesses.learn("one", 1)
    guesses.learn("one", 2)
    assert guesses.of("one") == 2


def test_forgotten() -> None:
    guesses = Guesses()
    guesses.learn("one", 1)
    guesses.forget("another")
    assert guesses.of("one") == 1
    guesses.forget("one")
    assert guesses.of("one") is None


def test_an_id_that_does_not_fit_is_not_learned() -> None:
    guesses = Guesses()
    for account_id in (0, -1, 2**40, 2**63):
        guesses.learn("one", account_id)
    assert guesses.of("one") is None


def test_neighbours_do_not_pass_for_one_another() -> None:
    """Two of a place: the later one has it, and the tag tells that it is not the other's."""
    guesses = Guesses()
    names = [str(number) for number in range(20_000)]
    for account_id, name in enumerate(names, start=1):
        guesses.learn(name, account_id)
    found = [guesses.of(name) for name in names]
    known = [pair for pair in zip(found, range(1, len(names) + 1), strict=True) if pair[0] is not None]
    assert all(guess == account_id for guess, account_id in known)
    assert len(known) > len(names) * 0.95  # of a million places, so many are taken twice


def test_threads_share_it() -> None:
    guesses = Guesses()
    wrong: list[int | None] = []

    def learn(account_id: int) -> None:
        for _ in range(2_000):
            guesses.learn("one", account_id)
            if guesses.of("one") not in (1, 2, 3, 4):
                wrong.append(account_id)

    threads = [threading.Thread(target=learn, args=(number,)) for number in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_it_fits_where_it_should() -> None:
    assert PLACES & (PLACES - 1) == 0
