"""Letters can be read in the mail programs that leave much out: all text visible, in sufficient contrast.

A dozen representative letters and programs stand here; ``python -m tools.screenshots --goldens`` tries all of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Browser

from apes_mailer import wiring
from tests.support.cli import REPOSITORY
from tests.support.goldens import GOLDENS
from tests.support.letter_pictures import picture
from tests.support.letters import THEMES
from tools.clients import known, letters
from tools.clients.chromium import ShownLetter, look
from tools.clients.judgement import WINDOWS, shortcomings
from tools.clients.letters import Rendered
from tools.clients.simulated import Client

pytestmark = pytest.mark.slow

PHOTOS = REPOSITORY / "build" / "screenshots"  # in no repository; to be looked at
HARD = (known.LA_POSTE, known.ORANGE, known.WORD_OUTLOOK)


def golden(name: str) -> ShownLetter:
    """A golden letter, with pictures."""
    found = GOLDENS[name]
    return Rendered(issue=found.issue, template=found.sent().letter.template, picture=picture).shown()


def shortcomings_everywhere(
    browser: Browser, letter: ShownLetter, client: Client, *, photos: Path | None = None
) -> list[str]:
    """What is wrong with a letter in a program, in a wide and in a narrow window, in the light and in the dark.

    ``photos`` is the folder for a photograph of each.
    """
    found: list[str] = []
    for window in WINDOWS:
        photo = photos / f"{client.name}-{window.name}.png" if photos else None
        view = look(browser, letter, client, window, photo=photo)
        found += [f"{window.name}: {fault}" for fault in shortcomings(view, client, window)]
    return found


def brightness(photo: Path) -> float:
    """How bright a photograph is on average, from 0 to 255; it is as wide as its window."""
    with Image.open(photo) as image:
        assert str(image.width) == photo.stem.split("-")[-2]
        return ImageStat.Stat(image.convert("L")).mean[0]


@pytest.mark.parametrize("client", known.ALL, ids=lambda client: client.name)
@pytest.mark.parametrize("theme", THEMES)
def test_letter_with_everything_can_be_read(browser: Browser, theme: str, client: Client) -> None:
    assert shortcomings_everywhere(browser, golden(f"{theme}-everything"), client) == []


@pytest.mark.parametrize("client", HARD, ids=lambda client: client.name)
@pytest.mark.parametrize("name", ["apes-bare", "apes-long"])
def test_short_and_long_letters_can_be_read_in_the_hardest_programs(
    browser: Browser, name: str, client: Client
) -> None:
    assert shortcomings_everywhere(browser, golden(name), client) == []


@pytest.mark.parametrize("client", [known.EVERYTHING, known.LA_POSTE, known.GMAIL], ids=lambda client: client.name)
def test_hostile_letter_can_be_read(browser: Browser, client: Client) -> None:
    """Not in Outlook and Orange: nothing that they understand breaks a word of a hundred letters."""
    assert shortcomings_everywhere(browser, golden("sobre-hostile"), client) == []


@pytest.mark.parametrize("client", [known.EVERYTHING, *HARD], ids=lambda client: client.name)
@pytest.mark.parametrize("theme", THEMES)
def test_sample_can_be_read_in_the_hardest_programs_and_is_photographed(
    browser: Browser, theme: str, client: Client
) -> None:
    letter = letters.of_campaign(wiring.application(REPOSITORY), "2025-07", theme).shown()
    folder = PHOTOS / f"2025-07-{theme}"
    assert shortcomings_everywhere(browser, letter, client, photos=folder) == []
    for width in {window.width for window in WINDOWS}:
        light, dark = (brightness(folder / f"{client.name}-{width}-{mode}.png") for mode in ("light", "dark"))
        assert light > dark


@pytest.mark.parametrize("name", GOLDENS)
def test_letters_hide_nothing_but_the_preheader(name: str) -> None:
    letter = golden(name)
    (hidden,) = letter.hidden
    assert hidden.count("\u200c") > 0
    assert len(hidden.replace("\u200c", "").replace("\u00a0", "")) <= len(GOLDENS[name].issue.preheader or "") + 20
