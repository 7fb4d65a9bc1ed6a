"""The whole sign-in in a real browser, on a small phone and without scripts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django.live_server_helper import LiveServer

from connectid.accounts.models import Account
from connectid.oauth.models import Client
from connectid.signin.tests.flows import REDIRECT, Walk, asked, newest_code
from connectid.testing.scene import BACKUP_CODE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALLEST = 320
"""Pixels; what WCAG 2.2 asks pages to fit into without scrolling sideways (1.4.10)."""

LARGE_ENOUGH = 44
"""Pixels each way of what is to be hit with a thumb."""

TARGETS = "button, select, input:not([type=hidden], [hidden]), .languages a, p > a:only-child"


class Phone:
    """A worker's phone on its way through the pages; every page is looked at."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda message: self.hear(message.text))

    def hear(self, complaint: str) -> None:
        """Keep what the browser complains of, such as what the policy forbids; that a form was refused is meant."""
        if "status of 422" not in complaint:
            self.complaints.append(complaint)

    def send(self) -> None:
        """Send the form whose field has the focus, as the keyboard of a phone does."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def look(self, *, language: str) -> None:
        """What holds for every page, whatever it is about."""
        page = self.page
        assert page.get_attribute("html", "lang") == language
        assert page.locator("h1").count() == 1
        assert page.title().startswith(("Erreur", page.inner_text("h1")))
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST
        for field in page.locator("input:not([type=hidden], [hidden]), select").all():
            name = field.get_attribute("id")
            assert page.locator(f"label[for={name}]").inner_text()
        assert not any(field.is_visible() for field in page.locator("[hidden]").all())
        for target in page.locator(TARGETS).all():
            box = target.bounding_box()
            assert box is not None
            if target.locator("xpath=ancestor::*[contains(@class,'problem')]").count() == 0:
                assert box["height"] >= LARGE_ENOUGH, target.inner_text()

    def is_told(self) -> str:
        """The error that the page shows: announced, where the focus is, and linked to its field."""
        from playwright.sync_api import expect

        alert = self.page.locator("[role=alert]")
        expect(
            alert
        ).to_be_focused()  # within some seconds: a browser sets the focus after it has told that the page is there
        (field,) = [link.get_attribute("href") or "" for link in alert.locator("a").all()]
        assert self.page.get_attribute(field, "aria-invalid") == "true"
        return alert.inner_text()


@pytest.fixture
def phone(browser: "Browser") -> Iterator[Phone]:
    """A phone that reads French, whose browser knows no scripts."""
    context = browser.new_context(
        java_script_enabled=False, locale="fr-FR", viewport={"width": SMALLEST, "height": 560}
    )
    context.route(f"{REDIRECT}*", lambda route: route.fulfill(body="Back at the client."))
    phone = Phone(context.new_page())
    yield phone
    context.close()
    assert phone.complaints == []


def test_a_worker_signs_in(
    phone: Phone, client_app: Client, account: Account, live_server: LiveServer
) -> None:
    walk = Walk(asked(client_app))
    page = phone.page
    page.goto(f"{live_server}/o/authorize/?{walk.query}")
    phone.look(language="fr")
    page.fill("#number", "12")
    phone.send()
    assert "numéro" in phone.is_told()

    page.fill("#number", account.phone_number)
    phone.send()
    phone.look(language="fr")
    page.fill("#code", "000000")
    phone.send()
    assert "code" in phone.is_told()
    phone.look(language="fr")

    page.fill("#code", newest_code(account.phone_number))
    phone.send()
    phone.look(language="fr")
    page.fill("#backup_code", "111111")
    phone.send()
    assert "2 essais" in phone.is_told()

    page.fill("#backup_code", BACKUP_CODE)
    phone.send()
    phone.look(language="fr")
    assert page.locator(".wishes li").all_inner_texts() == [
        "qui vous êtes\u00a0: votre nom et votre numéro de téléphone"
    ]
    page.click("button[value=allow]")
    page.wait_for_url(f"{REDIRECT}*")
    told = parse_qs(urlsplit(page.url).query)
    assert set(told) == {"code", "state", "iss"}
    assert page.inner_text("body") == "Back at the client."
