"""The inbox page in a real browser."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_django.live_server_helper import LiveServer

from connectid.sandbox import inbox, invited

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shown(page: "Page", live_server: LiveServer) -> Iterator["Page"]:
    """The page, of which the console must stay silent: a refused script or style would be reported there."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server}/sandbox/")
    page.wait_for_selector("#state[data-state=live]")
    yield page
    assert complaints == []


def test_a_message_appears_by_itself_and_as_text(shown: "Page") -> None:
    assert shown.is_visible("text=Nothing here yet")
    inbox.record(
        "sms", recipient="+265991234567", text="<b onclick=x>Hello</b> 123456", payload={"<i>": "<u>"}
    )
    shown.wait_for_selector(".message")
    assert shown.inner_text(".message .text") == "<b onclick=x>Hello</b> 123456"
    assert shown.inner_text(".message .code") == "123456"
    assert shown.locator(".message b, .message i, .message u").count() == 0
    assert shown.is_hidden("text=Nothing here yet")


def test_messages_are_filtered_by_kind_and_text(shown: "Page") -> None:
    inbox.record("sms", recipient="+265991234567", text="one")
    inbox.record("email", recipient="a@example.org", subject="Two", text="two")
    shown.wait_for_selector("text=a@example.org")
    shown.click("#kinds button:has-text('SMS')")
    assert shown.locator(".message .to").all_inner_texts() == ["+265991234567"]
    shown.fill("#search", "TWO")
    assert shown.is_visible("text=No message matches")
    shown.click("#kinds button:has-text('All')")
    assert shown.locator(".message .to").all_inner_texts() == ["a@example.org"]


def test_clear(shown: "Page") -> None:
    inbox.record("sms", recipient="+265991234567", text="one")
    shown.wait_for_selector(".message")
    shown.click("#clear")
    shown.wait_for_selector("text=Nothing here yet")
    assert inbox.messages() == []


def test_a_number_is_invited(shown: "Page") -> None:
    shown.click("summary:has-text('Invited numbers')")
    shown.fill("#number", "+265 991 234 567")
    shown.click("#invite button")
    shown.wait_for_selector("#invited li:has-text('+265991234567')")
    assert invited.is_invited("+265991234567")


def test_it_fits_a_small_phone(shown: "Page") -> None:
    shown.set_viewport_size({"width": 320, "height": 600})
    inbox.record(
        "email",
        recipient=f"{'long' * 15}@example.org",
        subject="x" * 80,
        text="y" * 200,
        payload={"z": "z" * 300},
    )
    shown.wait_for_selector(".message")
    shown.click(".message summary")
    assert shown.evaluate("document.documentElement.scrollWidth") == 320
