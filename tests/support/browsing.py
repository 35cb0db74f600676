"""A letter in a browser, without any of its pictures: the words have to do."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, Route


@contextmanager
def shown(browser: Browser, html: str, *, dark: bool = False) -> Generator[Page]:
    """Open a page of its own for a letter; nothing is asked of the network."""

    def answer(route: Route) -> None:
        if route.request.is_navigation_request():
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        else:
            route.abort()

    page = browser.new_page(color_scheme="dark" if dark else "light")
    try:
        page.route("**/*", answer)
        page.goto("https://letter.example/")
        yield page
    finally:
        page.close()
