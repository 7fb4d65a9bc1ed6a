"""Many calls of older apps at once, on PostgreSQL (safety: recovery step abuse, PIN guessing; 16, E-17, E-18)."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from connectid.accounts.models import Account
from connectid.devices.models import Device
from connectid.recovery.models import RecoverySession, Step
from connectid.recovery.operations import sessions
from connectid.recovery.tests.older_app import WRONG, OlderApp, other_than, texted
from connectid.testing.at_once import at_once
from connectid.testing.compared import codes_compared, secrets_compared
from connectid.testing.scene import BACKUP_CODE, new_account, new_session
from connectid.verification.limits import CHECKS_PER_CODE

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

THREADS = 16


def again(app: OlderApp) -> OlderApp:
    """The same recovery through a client of its own, as threads need."""
    same = OlderApp(app.number)
    same.secret = app.secret
    return same


def statuses(*calls: Callable[[], Any]) -> list[int]:
    return sorted(answer.status_code for answer in at_once(*calls, threads=THREADS))


def test_of_16_right_codes_at_once_one_proves_the_number() -> None:
    app = OlderApp(new_account().phone_number)
    app.recover()
    code = texted(app.number)
    calls = [partial(again(app).confirm_otp, code) for _ in range(16)]
    assert statuses(*calls) == [200] + [401] * 15
    assert RecoverySession.objects.get().step == Step.NUMBER_PROVEN


def test_of_64_wrong_codes_at_once_five_are_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    """E-20."""
    app = OlderApp(new_account().phone_number)
    app.recover()
    wrong = other_than(texted(app.number))
    compared = codes_compared(monkeypatch)
    assert set(statuses(*[partial(again(app).confirm_otp, wrong) for _ in range(64)])) == {401}
    assert len(compared) == CHECKS_PER_CODE


@pytest.mark.parametrize("shared", [True, False], ids=["one session", "16 sessions"])
def test_of_64_backup_codes_at_once_over_both_paths_three_are_evaluated(
    monkeypatch: pytest.MonkeyPatch, *, shared: bool
) -> None:
    """E-17, E-18: older apps' confirm_pin and newer apps' confirm_backup_code have the same three tries."""
    account = new_account()
    apps = [_number_proven(account) for _ in range(1 if shared else 16)]
    newer = new_session(proven=True, phone_number=account.phone_number)
    compared = secrets_compared(monkeypatch)
    older_calls = [partial(again(apps[index % len(apps)]).confirm_pin, WRONG) for index in range(32)]
    newer_calls = [
        partial(
            OlderApp(account.phone_number).post,
            "/users/recover/confirm_backup_code",
            {"recovery_pin": WRONG},
            **newer.headers,
        )
        for _ in range(32)
    ]
    mixed = [call for pair in zip(older_calls, newer_calls, strict=True) for call in pair]
    answers = at_once(*mixed, threads=THREADS)
    assert len(compared) == 3
    assert {answer.status_code for answer in answers} <= {200, 401, 429}
    assert sum("attempts_left" in answer.json() for answer in answers if answer.status_code == 200) <= 2
    account.refresh_from_db()
    assert account.is_locked


def test_of_16_new_passwords_at_once_one_is_the_accounts() -> None:
    account = new_account()
    app = _number_proven(account)
    app.confirm_pin(BACKUP_CODE)
    calls = [
        partial(again(app).call, "reset_password", password=f"Karonga-{index}-Mzuzu") for index in range(16)
    ]
    assert statuses(*calls) == [200] + [401] * 15
    assert Device.objects.filter(account=account, revoked_at=None).count() == 1


def test_proving_leaving_and_resetting_at_once_never_fails_otherwise() -> None:
    """Whatever comes first counts; locks are taken in one order, so nobody waits for each other for ever."""
    account = new_account()
    app = _number_proven(account)
    app.confirm_pin(BACKUP_CODE)
    RecoverySession.objects.update(expires_at=RecoverySession.objects.get().expires_at + sessions.LIFETIME)
    calls: list[Callable[[], Any]] = [
        partial(again(app).confirm_pin, BACKUP_CODE),
        partial(again(app).call, "initiate_deactivation"),
        partial(again(app).call, "confirm_deactivation", token=WRONG),
        partial(again(app).call, "reset_password", password="Karonga-1-Mzuzu"),
    ]
    assert set(statuses(*[*calls] * 8)) <= {200, 401, 429}
    assert Account.objects.get().is_active


def _number_proven(account: Account) -> OlderApp:
    app = OlderApp(account.phone_number)
    app.recover()
    RecoverySession.objects.filter(phone_number=account.phone_number).update(
        step=Step.NUMBER_PROVEN, account=account
    )
    return app
