"""Taking the messages to one person out of the outbox."""

from __future__ import annotations

import re
from collections.abc import Iterator
from glob import escape
from pathlib import Path

from apes_mailer.model.batch import Recipient
from apes_mailer.providers.outbox.index import MESSAGES, page_name
from apes_mailer.providers.outbox.provider import safe_name

_LETTER = re.compile(r'<section aria-labelledby="letter".*?</section>\n', re.DOTALL)


def messages(outbox: Path, address: str, mark: str, closed: list[Path]) -> Iterator[Path]:
    """Yield the messages to one person in all runs; ``mark`` is the opaque name of the recipient.

    The folders into which nobody could look are added to ``closed``.
    """
    stem = _stem(address, mark)
    for campaign in _folders(outbox, closed):
        for run in _folders(campaign, closed):
            message = run / MESSAGES / f"{stem}.eml"
            try:
                if message.is_file():
                    yield message
            except OSError:
                closed.append(run)


def erase(outbox: Path, address: str, mark: str) -> tuple[int, list[Path]]:
    """Delete the messages to one person, and take them off the pages that list them.

    Return how many are gone, and the folders in which the person is left, or may be: what is in them cannot be changed.
    """
    gone, left = 0, list[Path]()
    for message in list(messages(outbox, address, mark, left)):
        try:
            _erase(message)
        except OSError:
            left.append(message.parent.parent)
        else:
            gone += 1
    return gone, left


def _erase(message: Path) -> None:
    _take_off_its_page(message.parent.parent, message.stem)
    for each in message.parent.glob(f"{escape(message.stem)}.*"):
        if each != message:
            each.unlink()
    message.unlink()  # last: by this one they are found again when one of them cannot be deleted


def _stem(address: str, mark: str) -> str:
    return safe_name(Recipient(address, mark, "", {}))


def _folders(parent: Path, closed: list[Path]) -> list[Path]:
    try:
        return sorted(each for each in parent.iterdir() if each.is_dir())
    except FileNotFoundError:
        return []
    except OSError:
        closed.append(parent)
        return []


def _take_off_its_page(run: Path, stem: str) -> None:
    number = 1
    while (page := run / page_name(number)).is_file():
        text = page.read_text(encoding="utf-8")
        if stem in text:
            _rewrite(page, _without(text, stem))
            # The first page may show the letter of somebody who is listed there; no other page has the person too.
            return
        number += 1


def _without(text: str, stem: str) -> str:
    row = re.compile(rf"<li>\n(?:(?!</li>).)*?{re.escape(stem)}\.(?:(?!</li>).)*</li>\n", re.DOTALL)
    text = row.sub("", text)
    return _LETTER.sub("", text) if stem in text else text


def _rewrite(page: Path, text: str) -> None:
    part = page.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(page)
