"""What a poll reads is sent with the look at its credential, where the account can be guessed: the same answer, whatever the guess."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from connectid.core import clock, replicas
from connectid.core.postgresql import pipeline
from connectid.core.ratelimit import Limit
from connectid.devices.authentication import DeviceBasic
from connectid.devices.models import Device
from connectid.notifications.models import Kind
from connectid.notifications.operations import notices
from connectid.testing.partners import new_channel, new_partner
from connectid.testing.scene import EnrolledPhone, new_phone
from connectid.web import fast_path as module
from connectid.web.exact_routes import endpoints
from connectid.web.guesses import Guesses
from tests.wire.both_ways import POLL, Ways, asked, long_way

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

TAKEN_ALONG = (POLL, "/messaging/retrieve_messages/", "/users/credentials")


@pytest.fixture(autouse=True)
def trips(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """The parameters of statements that were sent with another; nothing is guessed yet."""
    seen: list[list[Any]] = []
    real: Callable[..., Any] = pipeline.both

    def noting(raw: Any, first: Any, second: Any) -> Any:
        seen.append(second[1])
        return real(raw, first, second)

    monkeypatch.setattr(pipeline, "both", noting)
    monkeypatch.setattr(module, "_guesses", Guesses())
    return seen


@pytest.fixture
def phone() -> EnrolledPhone:
    phone = new_phone()
    new_channel(new_partner(), phone.account.pk, name="Malaria")
    notices.store(account_id=phone.account.pk, kind=Kind.CONNECT, payload={"title": "t"}, at=clock.now())
    return phone


def guess(phone: EnrolledPhone, account_id: int) -> None:
    module._guesses.learn(phone.headers["Authorization"].removeprefix("Basic "), account_id)


@pytest.mark.parametrize("path", TAKEN_ALONG)
def test_from_the_second_time_on_it_is_one_round_trip(
    ways: Ways, phone: EnrolledPhone, trips: list[Any], path: str
) -> None:
    before = module.NOT_GUESSED._value.get()
    with clock.frozen():
        answers = [asked(ways.application, path, phone.headers) for _ in range(3)]
        assert answers == [asked(long_way, path, phone.headers)] * 3
    assert answers[0][0] == "200 OK"
    assert len(trips) == 2
    assert module.NOT_GUESSED._value.get() == before + 1
    assert all(parameters[0] == str(phone.account.pk).encode() for parameters in trips)
    assert ways.long == 0


def test_a_wrong_guess_shows_nothing_of_another(ways: Ways, phone: EnrolledPhone, trips: list[Any]) -> None:
    other = new_phone()
    guess(other, phone.account.pk)
    _, _, body = asked(ways.application, POLL, other.headers)
    assert json.loads(body) == {"notifications": [], "channels": []}
    assert len(trips) == 1
    _, _, body = asked(ways.application, POLL, other.headers)  # and is mended
    assert trips[1][0] == str(other.account.pk).encode()
    assert json.loads(body) == {"notifications": [], "channels": []}


def test_who_may_not_call_any_more_sees_nothing(ways: Ways, phone: EnrolledPhone, trips: list[Any]) -> None:
    assert asked(ways.application, POLL, phone.headers)[0] == "200 OK"
    Device.objects.filter(account=phone.account).update(revoked_at=clock.now())
    for _ in range(3):
        found = asked(ways.application, POLL, phone.headers)
        assert found[0] == "401 Unauthorized"
        assert found == asked(long_way, POLL, phone.headers)
    assert len(trips) == 1  # who was refused once is not guessed again


def test_who_spent_the_limit_costs_one_read_more(
    ways: Ways, phone: EnrolledPhone, trips: list[Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RATE_LIMITS = True
    monkeypatch.setattr(DeviceBasic, "limit", Limit("three", 3, within=timedelta(hours=1)))
    statuses = [asked(ways.application, POLL, phone.headers)[0][:3] for _ in range(8)]
    assert statuses == ["200"] * 3 + ["429"] * 5
    assert len(trips) == 3  # the second, the third, and the first that was refused


def test_a_poll_shows_what_was_written_before_it(ways: Ways, phone: EnrolledPhone, trips: list[Any]) -> None:
    asked(ways.application, POLL, phone.headers)
    told = notices.store(
        account_id=phone.account.pk, kind=Kind.CONNECT, payload={"title": "new"}, at=clock.now()
    )
    _, _, body = asked(ways.application, POLL, phone.headers)
    assert json.loads(body)["notifications"][-1]["notification_id"] == str(told)
    assert len(trips) == 1


def test_replicas_are_asked_alone(
    ways: Ways, phone: EnrolledPhone, trips: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes with the look at the credential goes to the primary."""
    monkeypatch.setattr(replicas, "aliases", lambda: ["replica_1"])
    assert all(module._known(path, view).ahead is None for path, view in endpoints().items() if view.fast)
