"""The page of an invitation in a real browser, on a small phone and without scripts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_django.live_server_helper import LiveServer

from connectid.invitations.models import HqInvite
from connectid.invitations.tests.test_hq_invite import address, new_invite

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALLEST = 320
"""Pixels; what WCAG 2.2 asks pages to fit into without scrolling sideways (1.4.10)."""
LARGE_ENOUGH = 44
"""Pixels of what is to be hit with a thumb."""


@pytest.fixture
def small(browser: "Browser") -> Iterator["Page"]:
    """A phone that reads Swahili, whose browser knows no scripts, and complains of nothing but a page that is none."""
    context = browser.new_context(
        java_script_enabled=False, locale="sw", viewport={"width": SMALLEST, "height": 560}
    )
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    context.close()
    assert [one for one in complaints if "404" not in one] == []


@pytest.fixture
def invite(db: None) -> HqInvite:
    """One with long names."""
    return new_invite(hq_domain="malaria-prevention-in-the-northern-region", hq_username="chikondi.banda")


@pytest.mark.parametrize("works", [True, False])
def test_it_is_read_on_a_small_phone(
    small: "Page", invite: HqInvite, live_server: LiveServer, works: bool
) -> None:
    page = small
    page.goto(f"{live_server}{address(invite)}{'' if works else 'x'}")
    title = "Umealikwa" if works else "Mwaliko huu haufanyi kazi tena"
    assert page.inner_text("h1") == title
    assert page.title().startswith(title)
    assert page.get_attribute("html", "lang") == "sw"
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST
    for target in page.locator(".button, .languages a").all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= LARGE_ENOUGH, target.inner_text()
    if works:
        assert (page.get_attribute(".button", "href") or "").startswith("intent://")
    page.get_by_text("français").click()
    assert page.get_attribute("html", "lang") == "fr"
