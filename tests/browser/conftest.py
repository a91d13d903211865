"""A real browser on the real server, and what every page must keep to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ViewportSize,
    sync_playwright,
)

from gis_testing.browser import Screen
from gis_testing.requirements import unavailable

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LAPTOP: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless browser that draws without a graphics card."""
    if not CHROMIUM.is_file():
        unavailable(f"there is no browser at {CHROMIUM}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


def _screen(browser: Browser, server: str, size: ViewportSize, phone: bool) -> Iterator[Screen]:
    context = browser.new_context(viewport=size, has_touch=phone, is_mobile=phone, locale="vi-VN")
    made = Screen(context.new_page(), server)
    yield made
    context.close()
    assert made.errors == []
    assert made.foreign == []


@pytest.fixture
def screen(browser: Browser, server: str) -> Iterator[Screen]:
    """A laptop's page; a console error or a request to another host fails the test."""
    yield from _screen(browser, server, LAPTOP, phone=False)


@pytest.fixture
def phone(browser: Browser, server: str) -> Iterator[Screen]:
    """A phone's page, under the same rules."""
    yield from _screen(browser, server, PHONE, phone=True)
