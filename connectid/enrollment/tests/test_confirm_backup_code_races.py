"""POST /users/recover/confirm_backup_code: many at once, on PostgreSQL (E-17, safety: PIN guessing)."""

import itertools
import json
from collections import Counter
from collections.abc import Iterable
from functools import partial

import pytest
from django.test import Client

from connectid.accounts.models import Account
from connectid.devices.models import Device
from connectid.enrollment.tests.recovering import PATH, WRONG, session_of
from connectid.jobs.draining import run_pending
from connectid.sandbox import inbox
from connectid.testing.answers import Answered
from connectid.testing.at_once import at_once
from connectid.testing.compared import secrets_compared
from connectid.testing.scene import BACKUP_CODE, OpenSession, basic, new_account

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

LOCKED = (401, '{"error_code": "LOCKED_ACCOUNT"}')
BUSY = (429, '{"detail": "Request was throttled. Expected available in 1 seconds."}')
TWO_LEFT, ONE_LEFT = (200, '{"attempts_left": 2}'), (200, '{"attempts_left": 1}')


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every code that was compared with a stored one."""
    return secrets_compared(monkeypatch)


def confirm(opened: OpenSession, code: str) -> tuple[str, Answered]:
    answer: Answered = Client().post(
        PATH, {"recovery_pin": code}, content_type="application/json", headers=opened.headers
    )
    return code, answer


def confirm_all(opened: OpenSession, codes: Iterable[str]) -> list[tuple[str, Answered]]:
    return at_once(*(partial(confirm, opened, code) for code in codes))


def told(answer: Answered) -> tuple[int, str]:
    return answer.status_code, json.dumps(answer.json())


def works(answer: Answered) -> bool:
    headers = basic(answer.json()["username"], answer.json()["password"])
    return bool(Client().get("/users/fetch_db_key", headers=headers).status_code == 200)


def test_64_parallel_guesses_evaluate_three(evaluated: list[str]) -> None:
    account = new_account()
    answers = confirm_all(session_of(account), (f"{guess:06d}" for guess in range(64)))
    counted = Counter(told(answer) for _, answer in answers)
    assert (counted[TWO_LEFT], counted[ONE_LEFT]) == (1, 1)
    assert counted[LOCKED] >= 1
    assert sum(counted[answer] for answer in (TWO_LEFT, ONE_LEFT, LOCKED, BUSY)) == 64
    assert len(evaluated) == 3
    assert told(confirm_all(session_of(account), [WRONG])[0][1]) == LOCKED
    account.refresh_from_db()
    assert (account.is_active, account.is_locked, account.failed_backup_codes) == (False, True, 3)


@pytest.mark.parametrize("place", [0, 31])
def test_a_right_code_among_parallel_guesses(evaluated: list[str], place: int) -> None:
    """It counts only if it is judged before the lock; then three more guesses are judged, and no more."""
    account = new_account()
    codes = [WRONG] * 63
    codes.insert(place, BACKUP_CODE)
    answers = confirm_all(session_of(account), codes)
    (right,) = [answer for code, answer in answers if code == BACKUP_CODE]
    wrong = {told(answer) for code, answer in answers if code == WRONG}
    assert wrong <= {TWO_LEFT, ONE_LEFT, LOCKED, BUSY}
    # Two wrong ones before the right one began the count anew, and three after it.
    assert len(evaluated) <= 6 if BACKUP_CODE in evaluated else len(evaluated) == 3
    account.refresh_from_db()
    # The wrong ones that came later locked the account, unless they came while the verdicts stood out: before it moved, or afterwards.
    if right.status_code == 200:
        assert (BACKUP_CODE in evaluated, works(right)) == (True, account.is_active)
    else:
        assert told(right) in (LOCKED, BUSY)
        assert BACKUP_CODE not in evaluated or (told(right) == LOCKED and account.is_locked)
    assert account.is_active is not account.is_locked


def test_a_last_try_and_a_right_code_at_once() -> None:
    """Either the account was recovered and stays open, or it is locked and nobody has it: never both, never neither."""
    for _ in range(12):
        account = new_account(failed_backup_codes=2)
        answers = dict(confirm_all(session_of(account), [WRONG, BACKUP_CODE]))
        account.refresh_from_db()
        if account.is_active:
            assert told(answers[WRONG]) in (TWO_LEFT, BUSY)
            assert works(answers[BACKUP_CODE])
        else:
            assert told(answers[WRONG]) == LOCKED
            assert told(answers[BACKUP_CODE]) in (LOCKED, BUSY)


def test_16_parallel_right_codes() -> None:
    """Three at a time are judged and succeed, the last one's credential works, and the owner gets one mail."""
    account = new_account(email="worker@example.org")
    every = [answer for _, answer in confirm_all(session_of(account), itertools.repeat(BACKUP_CODE, 16))]
    answers = [answer for answer in every if told(answer) != BUSY]
    assert answers
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["password"] for answer in answers}) == len(answers)
    assert sum(works(answer) for answer in answers) == 1
    assert Device.objects.filter(account=account, revoked_at=None).count() == 1
    assert Account.objects.get(pk=account.pk).failed_backup_codes == 0
    run_pending()
    assert len(inbox.messages(kind="email", to="worker@example.org")) == 1


def test_two_phones_at_once() -> None:
    """Both know the code and the number: the later one has the account, and the other session ended."""
    account = new_account()
    first, second = session_of(account), session_of(account)
    both = at_once(partial(confirm, first, BACKUP_CODE), partial(confirm, second, BACKUP_CODE))
    answers = [answer for _, answer in both]
    assert {answer.status_code for answer in answers} == {200}
    assert sum(works(answer) for answer in answers) == 1
    assert Device.objects.filter(account=account, revoked_at=None).count() == 1
