"""Photograph and measure letters as mail programs show them.

    python -m tools.screenshots                  # the sample letter, in every theme, program and window
    python -m tools.screenshots --goldens        # and the golden letters of the tests; about half an hour
    python -m tools.screenshots --readme         # only the pictures of the README, into docs/images

Photos go to build/screenshots, with a page to look at them all. The exit code is 1 when something of a letter cannot
be read, or does not stand where it should: of the golden letters, the hostile ones in Orange and Outlook (decision 16).
Needs Chromium; nothing is fetched from the network.
"""

from __future__ import annotations

import argparse
import html
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from apes_mailer import wiring
from tests.support.goldens import GOLDENS
from tests.support.letter_pictures import picture
from tools.clients import known, letters
from tools.clients.chromium import ShownLetter, chromium, look, photograph
from tools.clients.judgement import WINDOWS, Window, shortcomings
from tools.clients.letters import Rendered
from tools.clients.simulated import Client

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = "2025-07"
README: dict[str, tuple[Client, Window, str | None]] = {
    "lettre.jpg": (known.EVERYTHING, Window(width=640), None),
    "lettre-telephone.jpg": (known.EVERYTHING, Window(width=375, dark=True), "À la une"),
    "lettre-outlook.jpg": (known.WORD_OUTLOOK, Window(width=640), "Du côté des territoires"),
}
"""The pictures of the README, each with the heading that it begins at; what they show is written there."""


def all_letters(*, with_goldens: bool) -> Iterator[tuple[str, ShownLetter]]:
    """Yield the letters with their names."""
    application = wiring.application(ROOT)
    for theme in application.workspace.theme_names():
        yield f"{SAMPLE}-{theme}", letters.of_campaign(application, SAMPLE, theme).shown()
    for golden in GOLDENS.values() if with_goldens else ():
        template = golden.sent().letter.template
        yield golden.id, Rendered(issue=golden.issue, template=template, picture=picture).shown()


def gallery(folder: Path) -> None:
    """Write the page that shows the photos."""
    found = sorted(path.relative_to(folder).as_posix() for path in folder.glob("*/*.png"))
    figure = '<figure><img src="{0}" alt="" loading="lazy"><figcaption>{0}</figcaption></figure>'
    figures = "\n".join(figure.format(html.escape(name)) for name in found)
    style = "body{display:flex;flex-wrap:wrap;gap:1rem;font:1rem sans-serif}figure{margin:0}img{width:20rem}"
    page = f'<!DOCTYPE html>\n<meta charset="utf-8">\n<title>Letters</title>\n<style>{style}</style>\n{figures}\n'
    (folder / "index.html").write_text(page, encoding="utf-8")


def take_all(program: str, folder: Path, *, with_goldens: bool) -> int:
    """Photograph and measure every letter; return how many views have something wrong."""
    wrong = 0
    with chromium(program) as browser:
        for name, letter in all_letters(with_goldens=with_goldens):
            for client in known.ALL:
                for window in WINDOWS:
                    photo = folder / name / f"{client.name}-{window.name}.png"
                    view = look(browser, letter, client, window, photo=photo)
                    faults = shortcomings(view, client, window)
                    wrong += bool(faults)
                    print(f"{photo.relative_to(folder)}: {len(faults) or 'no'} faults", flush=True)
                    print("".join(f"    {fault}\n" for fault in faults), end="")
    gallery(folder)
    return wrong


def take_readme(program: str) -> None:
    """Make the pictures of the README."""
    letter = letters.of_campaign(wiring.application(ROOT), SAMPLE).shown()
    with chromium(program) as browser:
        for name, (client, window, start) in README.items():
            photograph(browser, letter, client, window, ROOT / "docs" / "images" / name, start=start)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--goldens", action="store_true", help="the golden letters too")
    parser.add_argument("--readme", action="store_true", help="only the pictures of the README")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "screenshots", help="where the photos go")
    options = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        parser.error("Chromium is not installed; on Debian: apt-get install chromium")
    if options.readme:
        take_readme(program)
        return 0
    wrong = take_all(program, options.out, with_goldens=options.goldens)
    print(f"Look at them all: {options.out / 'index.html'}")
    print(f"{wrong} views have faults." if wrong else "Every letter can be read everywhere.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
