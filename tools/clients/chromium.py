"""Letters in headless Chromium: measured by the browser itself, and photographed.

Nothing is asked of the network: the page and its pictures are handed to the browser, everything else is refused and
reported.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

from playwright.sync_api import Browser, FloatRect, Page, Route, ViewportSize, sync_playwright

from tools.clients.simulated import Client, as_shown

_HERE = Path(__file__).parent
_LETTER = "https://letter.example/"
PICTURES = "https://pictures.example/"
"""What stands before the name of a picture in a letter that is shown here."""

HEIGHT = 900
_TALLEST = 16_000  # pixels; taller pages are photographed up to here
_PHOTO_WIDTH = 750
_ABOVE_HEADING = 40  # pixels: the upper edge of its card is seen
_PHOTO_QUALITY = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A window of a mail program; ``width`` in CSS pixels."""

    width: int
    dark: bool = False

    @property
    def name(self) -> str:
        """What its photos are called."""
        return f"{self.width}-{'dark' if self.dark else 'light'}"


class Article(TypedDict):
    """Where an article should stand, in the order of the letter."""

    title: str
    second: bool
    """It has the right column of two."""

    picture: str | None
    """The alternative text of the picture that should stand beside its title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLetter:
    """A letter as a recipient gets it, with what is known of its content."""

    html: str
    picture: Callable[[str], bytes]
    """Gives the file of a picture by its name."""

    hidden: Sequence[str] = ()
    """Texts that are meant to be out of sight: the preheader."""

    articles: Sequence[Article] = ()
    buttons: Sequence[str] = ()
    """The words on buttons."""


class Column(TypedDict):
    """Something that should stand beside something else."""

    title: str
    beside: bool
    width: float
    """Of the text."""


class Line(TypedDict):
    """A piece of text with its place: left, top, right, bottom."""

    text: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What was measured in one window, lengths in CSS pixels."""

    faults: Sequence[str]
    texts: int
    missing_pictures: int
    columns: Sequence[Column]
    lines: Sequence[Line]
    width: float
    """Of the content; more than the window's when the page must be moved sideways."""

    foreign: Sequence[str]
    """Addresses that the letter wanted something from."""


@dataclass
class _Supply:
    """Answers what the page asks for; without slots, for Playwright hangs its own attribute on it."""

    page: str
    letter: ShownLetter
    client: Client
    foreign: list[str] = field(default_factory=list[str])

    def answer(self, route: Route) -> None:
        url = route.request.url
        if url == _LETTER:
            route.fulfill(body=self.page, content_type="text/html; charset=utf-8")
        elif url.startswith(PICTURES) and self.client.pictures:
            route.fulfill(body=self.letter.picture(url.removeprefix(PICTURES)))
        else:
            if not url.startswith(PICTURES):
                self.foreign.append(url)
            route.abort()


@contextmanager
def chromium(program: str) -> Generator[Browser]:
    """Start Chromium, given the path of its program, and end it."""
    with sync_playwright() as playwright:
        arguments = ["--disable-gpu", "--disable-background-networking", "--force-color-profile=srgb"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments, chromium_sandbox=False)
        try:
            yield browser
        finally:
            browser.close()


def look(browser: Browser, letter: ShownLetter, client: Client, window: Window, *, photo: Path | None = None) -> View:
    """Measure a letter in a window, as the client shows it; ``photo`` is where a picture of the whole page goes."""
    with _shown(browser, letter, client, window) as (page, supply):
        # The whole page is in the window, so that what covers a text can be asked for at each point.
        page.set_viewport_size({"width": window.width, "height": _height(page)})
        known = {"hidden": letter.hidden, "articles": letter.articles, "buttons": letter.buttons}
        found: Any = page.evaluate(_script("measure"), known)
        if photo is not None:
            photo.parent.mkdir(parents=True, exist_ok=True)
            height = min(_height(page), _TALLEST)
            page.screenshot(path=photo, clip={"x": 0, "y": 0, "width": window.width, "height": height})
    return _view(found, supply.foreign)


def photograph(
    browser: Browser, letter: ShownLetter, client: Client, window: Window, photo: Path, *, start: str | None = None
) -> None:
    """Write a JPEG of a letter, 750 pixels wide and half as high again whatever the window, from a heading on."""
    scale = _PHOTO_WIDTH / window.width
    with _shown(browser, letter, client, window, scale=scale) as (page, _):
        box = page.get_by_role("heading", name=start).first.bounding_box() if start else None
        top = box["y"] - _ABOVE_HEADING if box else 0
        clip: FloatRect = {"x": 0, "y": top, "width": window.width, "height": window.width * 1.5}
        photo.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=photo, clip=clip, full_page=True, type="jpeg", quality=_PHOTO_QUALITY)


@contextmanager
def _shown(
    browser: Browser, letter: ShownLetter, client: Client, window: Window, *, scale: float = 1
) -> Generator[tuple[Page, _Supply]]:
    """Open the page of a letter, with what it asked for."""
    scheme = "dark" if window.dark and client.dark == "palette" else "light"
    viewport: ViewportSize = {"width": window.width, "height": HEIGHT}
    context = browser.new_context(viewport=viewport, color_scheme=scheme, device_scale_factor=scale)
    try:
        page = context.new_page()
        supply = _Supply(as_shown(letter.html, client), letter, client)
        page.route("**/*", supply.answer)
        page.goto(_LETTER)
        if window.dark and client.dark != "palette":
            page.evaluate(_script("darken"), client.dark)
        yield page, supply
    finally:
        context.close()


def _script(name: str) -> str:
    return (_HERE / f"{name}.js").read_text(encoding="utf-8")


def _height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))


def _view(found: Any, foreign: Sequence[str]) -> View:
    return View(
        faults=[f"{fault['kind']}: «{fault['text']}» ({fault['detail']})" for fault in found["faults"]],
        texts=found["texts"],
        missing_pictures=found["missingPictures"],
        columns=found["columns"],
        lines=found["lines"],
        width=found["width"],
        foreign=foreign,
    )
