"""Endpoints of older apps, by their setting (contract 9)."""

from typing import Any, ClassVar

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from connectid.devices.authentication import device_basic
from connectid.testing.scene import new_phone
from connectid.web.legacy import LegacyEndpoint
from connectid.web.routes import routes


class OldFashioned(LegacyEndpoint):
    """An endpoint of older apps, served by nobody but this test."""

    auth: ClassVar = (device_basic,)

    def post(self) -> None:
        device_basic.principal(self.request)


urlpatterns = routes(("users/old_fashioned", OldFashioned))

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

NOT_FOUND: Any = (404, {"detail": "Not found."})


def test_on_by_default(client: Client) -> None:
    answer = client.post("/users/old_fashioned", headers=new_phone().headers)
    assert (answer.status_code, answer.content) == (200, b"")


def test_off_nobody_finds_it_and_it_costs_no_statement(
    client: Client, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.LEGACY_MOBILE_API = False
    phone = new_phone()
    for path in ("/users/old_fashioned", "/users/old_fashioned/"):
        for given in (phone.headers, {}, {"Authorization": "Basic !"}):
            with django_assert_num_queries(0):
                answer = client.post(path, headers=given)
            assert (answer.status_code, answer.json()) == NOT_FOUND
            assert answer.headers["X-API-Current-Version"] == "2.0"
