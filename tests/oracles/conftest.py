"""What the oracles share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support import external


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    program = external.program("chromium", "chromium")
    with sync_playwright() as playwright:
        arguments = ["--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments, chromium_sandbox=False)
        yield browser
        browser.close()
