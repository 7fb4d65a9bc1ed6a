"""The worker's page in a real browser, on a small phone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer
from zeal import zeal_ignore

from connectid.accounts.models import Account
from connectid.staff.tests.test_worker import fill, page
from connectid.testing.scene import new_phone
from connectid.testing.staff import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALLEST = 360


@pytest.fixture
def account(db: None) -> Account:
    """A worker of whom there is something of everything."""
    found = new_phone().account
    with zeal_ignore():
        fill(found, 3)
    return found


@pytest.fixture
def small(browser: "Browser", client: Client, account: Account, live_server: LiveServer) -> Iterator["Page"]:
    """A supporter's phone."""
    sign_in(client, role="support")
    context = browser.new_context(viewport={"width": SMALLEST, "height": 700})
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": str(live_server)}])
    yield context.new_page()
    context.close()


def test_everything_about_a_worker_fits_a_phone(
    small: "Page", account: Account, live_server: LiveServer
) -> None:
    """Wide tables scroll by themselves, and the page does not."""
    with zeal_ignore([{"model": "accounts.Account", "field": "get()"}]):
        small.goto(f"{live_server}{page(account)}")
    headings = [heading.lower() for heading in small.locator("section.card h2").all_inner_texts()]
    for title in ("credentials", "payment numbers", "what payers said of them", "invitations of hq"):
        assert title in headings
    assert small.evaluate("document.documentElement.scrollWidth") <= SMALLEST
