"""The list of all letters on the web, as a page for people and as an Atom feed (RFC 4287) for programs."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from apes_mailer.model.publication import FEED, Publication
from apes_mailer.render import dates, own_page
from apes_mailer.render.web import words

_FOLDER = Path(__file__).with_name("pages")
_MOST_ENTRIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """A letter that anybody may sign up for: its title, and the address of the page."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What the archive shows: who writes, which letters there are, and how to get them.

    ``base`` is its address, without a slash at its end. ``updated`` is when the last letter came, changed or went.
    """

    id: str
    base: str
    title: str
    sender: str
    tagline: str
    website: str
    language: str
    noindex: bool
    updated: dt.datetime
    letters: Sequence[Publication]
    sign_ups: Sequence[SignUp] = ()


def page(archive: Archive) -> str:
    """Return the page, the newest letter first, by years."""
    newest = _newest_first(archive.letters)
    values: dict[str, object] = {
        "archive": archive,
        "t": words(archive.language),
        "years": [(year, list(letters)) for year, letters in groupby(newest, key=lambda each: _day(each).year)],
        "feed": FEED,
        "css": css(),
        "day": _day,
        "shown": functools.partial(dates.long_date, language=archive.language),
    }
    return own_page.environment(_FOLDER).get_template("archive.html").render(values)


def feed(archive: Archive) -> str:
    """Return the feed, with the newest letters only."""
    values: dict[str, object] = {
        "archive": archive,
        "letters": _newest_first(archive.letters)[:_MOST_ENTRIES],
        "time": _rfc3339,
        "file": FEED,
    }
    return own_page.environment(_FOLDER).get_template(FEED).render(values)


def _newest_first(letters: Sequence[Publication]) -> list[Publication]:
    return sorted(letters, key=lambda each: (_day(each), each.published, each.name), reverse=True)


def _day(letter: Publication) -> dt.date:
    return letter.date or letter.published.astimezone().date()


def _rfc3339(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def css() -> str:
    """Return the style of the page, which stands in it."""
    return own_page.css(_FOLDER / "archive.css")
