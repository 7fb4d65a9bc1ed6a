"""Our own switches: who sees a change, and when."""

from http import HTTPStatus

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponseBase
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries
from waffle.models import Switch

from connectid.core import clock
from connectid.core.clock import FrozenClock
from connectid.toggles import operations, queries, switches
from connectid.toggles.switched import SwitchedEndpoint
from connectid.toggles.tests.partners import NO_REDIS, in_another_process, through

pytestmark = pytest.mark.django_db


def is_on() -> bool:
    return queries.is_on("feature", at=clock.now())


def test_a_switch_that_nobody_made_is_off() -> None:
    assert not is_on()


def test_a_switch_is_seen_when_it_is_thrown() -> None:
    for active in (True, False, True):
        operations.set_switch("feature", active=active)
        assert is_on() is active
        assert queries.for_account(None, at=clock.now())["feature"].active is active
    Switch.objects.get(name="feature").delete()
    assert not is_on()
    assert queries.for_account(None, at=clock.now()) == {}


def test_without_redis_another_process_sees_it_within_seconds(now: FrozenClock) -> None:
    operations.set_switch("feature", active=True)
    assert is_on()
    Switch.objects.update(active=False)  # sends no signal, like a change in another process
    assert is_on()
    now.advance(seconds=3)
    assert not is_on()


@pytest.mark.usefixtures("_shared")
def test_processes_share_one_snapshot(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    operations.set_switch("feature", active=True)
    with django_assert_num_queries(1):
        assert is_on()
    in_another_process()
    with django_assert_num_queries(0):
        assert is_on()


@pytest.mark.usefixtures("_shared")
def test_a_change_in_one_process_reaches_the_others(now: FrozenClock) -> None:
    operations.set_switch("feature", active=True)
    assert is_on()
    others = switches._copy
    operations.set_switch("feature", active=False)
    switches._copy = others  # what another process had read before
    assert is_on()
    now.advance(seconds=3)
    assert not is_on()


@pytest.mark.usefixtures("_shared")
def test_a_snapshot_read_before_a_change_and_kept_after_it_is_not_believed() -> None:
    operations.set_switch("feature", active=True)
    assert is_on()
    late = cache.get("toggles.switches")
    operations.set_switch("feature", active=False)
    cache.set("toggles.switches", late)
    in_another_process()
    assert not is_on()


@pytest.mark.usefixtures("_shared")
@pytest.mark.parametrize("raw", [b"", b"{}", b'{"version": 1}', b"\xff"])
def test_what_another_release_kept_is_read_anew(raw: bytes) -> None:
    operations.set_switch("feature", active=True)
    cache.set("toggles.switches", raw)
    assert is_on()


def test_an_outage_of_redis_switches_nothing_off() -> None:
    with through(NO_REDIS):
        operations.set_switch("feature", active=True)
        assert is_on()
        in_another_process()
        assert set(queries.for_account(None, at=clock.now())) == {"feature"}


@pytest.mark.django_db(transaction=True)
def test_a_change_is_announced_again_when_it_is_committed() -> None:
    """Whoever reads between the two announcements reads the old state."""
    with transaction.atomic():
        operations.set_switch("feature", active=True)
        announced = cache.get("toggles.switches.version")
    assert announced is not None
    assert cache.get("toggles.switches.version") != announced


class Gated(SwitchedEndpoint):
    """An endpoint behind the switch of these tests."""

    switch = "feature"

    def post(self) -> None:
        """Answer nothing."""


def answer() -> HttpResponseBase:
    return Gated.as_view()(RequestFactory().post("/"))


def test_a_switched_endpoint_is_there_while_its_switch_is_on() -> None:
    """5.12: off is 404 in the framework's words."""
    operations.set_switch("feature", active=True)
    assert answer().status_code == HTTPStatus.OK
    operations.set_switch("feature", active=False)
    refused = answer()
    assert refused.status_code == HTTPStatus.NOT_FOUND
    assert refused["X-API-Current-Version"] == "2.0"
    assert getattr(refused, "content", None) == b'{"detail":"Not found."}'
