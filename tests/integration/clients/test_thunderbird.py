"""The real Thunderbird shows a letter as it is meant to be: every text is where a browser puts it, in its colours."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from PIL import Image
from playwright.sync_api import Browser

from apes_mailer import wiring
from tests.support import thunderbird
from tests.support.cli import REPOSITORY
from tests.support.letters import THEMES
from tests.support.likeness import missing
from tests.support.messages import eml
from tools.clients import known, letters
from tools.clients.chromium import Window, look
from tools.clients.letters import Rendered

pytestmark = pytest.mark.slow


class _Pictures(http.server.BaseHTTPRequestHandler):
    """Answers with the pictures of a letter."""

    picture: ClassVar[Callable[[str], bytes]]

    def do_GET(self) -> None:
        """Send a picture by the last part of its path."""
        body = type(self).picture(self.path.rpartition("/")[2])
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Say nothing."""


@contextmanager
def pictures_of(letter: Rendered) -> Generator[str]:
    """A server on this computer that has the pictures of a letter; the value is its address."""

    class Handler(_Pictures):
        picture = staticmethod(letter.picture)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("pictures", [True, False], ids=["pictures", "pictures-blocked"])
@pytest.mark.parametrize("theme", THEMES)
def test_thunderbird_shows_every_text_in_its_place(
    browser: Browser, theme: str, tmp_path: Path, *, pictures: bool
) -> None:
    letter = letters.of_campaign(wiring.application(REPOSITORY), "2025-07", theme)
    client = known.EVERYTHING if pictures else known.PICTURES_BLOCKED
    photo = tmp_path / "expected.png"
    view = look(browser, letter.shown(), client, Window(width=thunderbird.WIDTH), photo=photo)
    expected = Image.open(photo).convert("RGB")

    def shown(screen: Image.Image) -> bool:
        return next(missing(view.lines, expected, screen), None) is None

    with pictures_of(letter) as address:
        message = tmp_path / "lettre.eml"
        message.write_bytes(eml(letter.template, public_url=address, name=letters.READER))
        screen = thunderbird.picture_of(message, shown, tmp_path, pictures=pictures)
    screen.save(tmp_path / "screen.png")
    assert list(missing(view.lines, expected, screen)) == []
    assert len(view.lines) > 100
