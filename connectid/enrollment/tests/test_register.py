"""POST /users/register (contract 9; E-21, E-22)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.core.ratelimit import Limit
from connectid.devices.models import Device, PushRegistration
from connectid.enrollment import limits
from connectid.enrollment.tests.completing import profile
from connectid.testing.budget import StatementBudget
from connectid.testing.older_app import OlderApp, registered
from connectid.testing.scene import basic, new_account, new_phone, new_session
from connectid.verification.limits import CountedLimit

pytestmark = pytest.mark.django_db


def test_an_account(client: Client) -> None:
    """9, row 200."""
    now = clock.now()
    app = OlderApp()
    with clock.frozen(now):
        answer = app.register()
    assert answer.status_code == 200
    assert answer.json() == {
        "secondary_phone_validate_by": (now + timedelta(days=7)).date().isoformat(),
        "db_key": app.account.storage_key,
    }
    assert len(answer.json()["db_key"]) == 44
    assert client.get("/users/fetch_db_key", headers=app.headers).json() == {
        "db_key": answer.json()["db_key"]
    }


def test_the_number_is_nobodys_until_it_is_proven(client: Client) -> None:
    """E-21: a squatter's account stands in nobody's way."""
    owner = new_session(proven=True)
    squatter = registered(phone_number=owner.session.phone_number)
    assert (squatter.account.phone_number, squatter.account.is_active) == ("", True)
    answer = client.post(
        "/users/complete_profile", profile(), content_type="application/json", headers=owner.headers
    )
    assert answer.status_code == 200
    assert Account.objects.get(phone_number=owner.session.phone_number) != squatter.account


def test_a_number_that_has_an_account_is_answered_like_any_other() -> None:
    """E-22."""
    taken = OlderApp(phone_number=new_account().phone_number)
    free = OlderApp()
    answers = [app.register() for app in (taken, free)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json().keys() == answers[1].json().keys()


def test_only_hashes_are_stored() -> None:
    app = registered()
    row = Account.objects.filter(pk=app.account.pk).values().get()
    assert row["password"].startswith("argon2id_peppered$")
    assert app.password not in str(row)
    device = Device.objects.get(account=app.account)
    assert (device.credential_digest, device.former_password, device.revoked_at) == (None, "", None)


def test_pushes_reach_the_phone_from_the_first_moment() -> None:
    """Later they follow the heartbeats (5.9)."""
    app = registered()
    assert PushRegistration.objects.get(account=app.account, ended_at=None).token == "token"
    silent = OlderApp()
    assert silent.register(fcm_token=None).status_code == 200
    assert not PushRegistration.objects.filter(account=silent.account).exists()


def test_a_second_number_and_what_is_not_kept() -> None:
    app = OlderApp()
    assert (
        app.register(
            recovery_phone="+265 991 234 567", dob="1990-02-31", is_staff="true", email="a@b.c"
        ).status_code
        == 200
    )
    account = app.account
    assert account.secondary_phone == "+265991234567"
    assert (account.secondary_phone_proven_at, account.is_staff, account.email) == (None, False, "")


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"username": None}, {"username": ["This field cannot be blank."]}),
        ({"username": "a:b"}, {"username": ["Enter a valid username: letters, digits and @ . + - _ only."]}),
        (
            {"username": "x" * 151},
            {"username": ["Enter a valid username: letters, digits and @ . + - _ only."]},
        ),
        (
            {"username": "w\u043erker"},
            {"username": ["Enter a valid username: letters, digits and @ . + - _ only."]},
        ),
        ({"password": ""}, {"password": ["This field cannot be blank."]}),
        (
            {"password": "12345"},
            {
                "password": [
                    "This password is too short. It must contain at least 8 characters.",
                    "This password is too common.",
                    "This password is entirely numeric.",
                ]
            },
        ),
        ({"phone_number": "0991234567"}, {"phone_number": ["Enter a valid phone number."]}),
        ({"phone_number": ""}, {"phone_number": ["This field cannot be blank."]}),
        ({"recovery_phone": "none"}, {"recovery_phone": ["Enter a valid phone number."]}),
        ({"name": "x" * 256}, {"name": ["Ensure this value has at most 255 characters."]}),
    ],
)
def test_what_cannot_be_taken(fields: dict[str, Any], refused: dict[str, list[str]]) -> None:
    """9, row 400: each field with its reasons; nothing is made."""
    answer = OlderApp().register(**fields)
    assert (answer.status_code, answer.json()) == (400, refused)
    assert not Account.objects.exists()


def test_everything_that_is_wrong_is_said_at_once() -> None:
    answer = OlderApp().post("register", {}, headers={})
    assert answer.status_code == 400
    assert answer.json().keys() == {"username", "password", "phone_number"}


@pytest.mark.parametrize("change", [str, str.upper, str.swapcase])
def test_a_username_is_one_persons_whatever_the_case_of_its_letters(change: Any) -> None:
    """Partner servers that ignore the case must not take one person for another."""
    taken = new_account(username="abcdefABCDEF01234567")
    answer = OlderApp(username=change(taken.username)).register()
    assert (answer.status_code, answer.json()) == (
        400,
        {"username": ["A user with that username already exists."]},
    )


def test_a_repeat_after_a_lost_answer_hears_the_same() -> None:
    """The app asks again after its time-out of 30 seconds (contract 1)."""
    app = OlderApp()
    first = app.register()
    with clock.frozen(clock.now() + timedelta(days=1)):
        second = app.register()
    assert (second.status_code, second.json()) == (200, first.json())
    assert Account.objects.count() == 1


@pytest.mark.parametrize(
    "other", [{"password": "another-Password"}, {"phone_number": "+265991234567"}], ids=["password", "number"]
)
def test_a_repeat_that_differs_is_somebody_else(other: dict[str, str]) -> None:
    app = registered()
    answer = app.register(**other)
    assert (answer.status_code, answer.json()) == (
        400,
        {"username": ["A user with that username already exists."]},
    )


def test_a_repeat_after_the_number_was_proven_is_somebody_else() -> None:
    app = registered()
    app.prove()
    assert app.register().status_code == 400


def test_credentials_that_are_present_and_wrong_are_refused() -> None:
    """2.5."""
    app = OlderApp()
    answer = app.post("register", {}, headers=basic("nobody", "x"))
    assert (answer.status_code, answer.json()) == (401, {"detail": "Invalid username/password."})
    answer = app.post("register", {}, headers={"Authorization": "Bearer x"})
    assert answer.status_code == 400


def test_addresses_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REGISTRATIONS_PER_ADDRESS", Limit("test", 2, within=timedelta(hours=1)))
    answers = [OlderApp().register() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
    assert OlderApp(address="198.51.100.1").register().status_code == 200


def test_registrations_run_out_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """E-21: also where many addresses take part; with limits off, too."""
    monkeypatch.setattr(limits, "REGISTRATIONS_IN_ALL", CountedLimit(name="register", an_hour=2))
    with override_settings(RATE_LIMITS=False), clock.frozen(clock.now()):
        answers = [OlderApp(address=f"198.51.{n}.1").register() for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert Account.objects.count() == 2


def test_switched_off() -> None:
    with override_settings(LEGACY_MOBILE_API=False):
        assert OlderApp().register().status_code == 404


def test_statements(statement_budget: StatementBudget) -> None:
    """Name, limit, account; then the device, under a lock of the account, and its push registration, under another."""

    def grow(number: int) -> None:
        for _ in range(number):
            new_phone()

    statement_budget(12, grow=grow, act=registered)
