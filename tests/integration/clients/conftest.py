"""A browser for the tests of letters in mail programs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support import external
from tools.clients.chromium import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium. It ends with the module: Playwright's event loop would be in the way of other tests."""
    with chromium(external.program("chromium", "chromium")) as started:
        yield started
