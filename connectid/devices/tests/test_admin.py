"""Devices in the admin."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from connectid.accounts import staff
from connectid.accounts.models import Account
from connectid.core import clock
from connectid.devices.models import Device
from connectid.devices.operations import credentials as operations
from connectid.devices.tests.push_scene import registered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _signed_in(client: Client) -> None:
    staff.create_admin(username="admin", password="correct horse")
    client.force_login(Account.objects.get(username="admin"))


def enroll(subject: str) -> str:
    account = Account.objects.create(username=subject)
    return operations.issue(account_id=account.pk, installation_id="i", model="Itel A56", at=clock.now())


def test_devices_are_shown_without_their_credentials(client: Client) -> None:
    enroll("aaaa")
    device = Device.objects.get()
    for page in ("/admin/devices/device/", f"/admin/devices/device/{device.pk}/change/"):
        text = client.get(page).content.decode()
        assert ("Itel A56" in text, "aaaa" in text) == (True, True)
        assert device.credential_digest
        assert device.credential_digest not in text


def test_the_list_costs_the_same_for_one_and_for_many(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for many in (1, 20):
        for number in range(many):
            enroll(f"{many}-{number}")
        with django_assert_num_queries(4):  # session, admin, count, rows
            client.get("/admin/devices/device/")


def test_devices_are_found_by_whole_subject(client: Client) -> None:
    enroll("aaaa")
    found = client.get("/admin/devices/device/", {"q": "aaaa"}).content.decode()
    missed = client.get("/admin/devices/device/", {"q": "aaa"}).content.decode()
    assert ("Itel A56" in found, "Itel A56" in missed) == (True, False)


def test_push_registrations_are_shown_without_their_addresses(client: Client) -> None:
    registration = registered(account=Account.objects.create(username="aaaa"), installation_id="commcare_1")
    page = "/admin/devices/pushregistration/"
    for shown in (page, f"{page}{registration.pk}/change/"):
        text = client.get(shown).content.decode()
        assert ("aaaa" in text, "address-1" in text, registration.token_digest in text) == (
            True,
            False,
            False,
        )
    assert "aaaa" not in client.get(page, {"q": "aaa"}).content.decode()
    assert client.get(f"{page}add/").status_code == 403


def test_nobody_writes_devices_here(client: Client) -> None:
    assert client.get("/admin/devices/device/add/").status_code == 403
