"""Taking the messages to one person out of the outbox."""

from __future__ import annotations

import re
from glob import escape
from pathlib import Path

from apes_mailer.model.batch import Recipient
from apes_mailer.providers.outbox.index import MESSAGES, page_name
from apes_mailer.providers.outbox.provider import safe_name

_LETTER = re.compile(r'<section aria-labelledby="letter".*?</section>\n', re.DOTALL)


def messages(outbox: Path, address: str, mark: str) -> list[Path]:
    """Return the messages to one person in all runs; ``mark`` is the opaque name of the recipient."""
    stem = _stem(address, mark)
    return sorted(path for run in _runs(outbox) if (path := run / MESSAGES / f"{stem}.eml").is_file())


def erase(outbox: Path, address: str, mark: str) -> int:
    """Delete the messages to one person, and take them off the pages that list them; return how many there were."""
    stem = _stem(address, mark)
    found = messages(outbox, address, mark)
    for message in found:
        _take_off_its_page(message.parent.parent, stem)
        for each in message.parent.glob(f"{escape(stem)}.*"):
            each.unlink()
    return len(found)


def _stem(address: str, mark: str) -> str:
    return safe_name(Recipient(address, mark, "", {}))


def _runs(outbox: Path) -> list[Path]:
    return [run for run in outbox.glob("*/*") if run.is_dir()]


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
