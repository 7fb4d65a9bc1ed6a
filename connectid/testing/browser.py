"""A real browser for the few tests that need one."""

import functools
import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.db import connections

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@functools.cache
def chromium() -> str | None:
    """Return the path of an installed chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none."""
    if chromium() is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="needs chromium (apt-get install chromium)"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that pages went untested: a skip among hundreds is easily missed."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "browser" in report.keywords]
    if skipped:
        terminalreporter.write_line(
            f"WARNING: {len(skipped)} browser tests did not run: install chromium", yellow=True, bold=True
        )


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """One headless chromium for the tests of a module; other modules are not to run inside its event loop."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, and Django then takes every query for a blocking one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # chromium's own sandbox refuses to run as root
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium(), args=sandbox)
        yield chrome
        chrome.close()
        # Django has connections of their own for code inside an event loop; nobody could close them later.
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A page of its own for each test, without cookies."""
    context = browser.new_context()
    yield context.new_page()
    context.close()
