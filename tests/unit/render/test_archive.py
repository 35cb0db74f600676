"""The list of all letters, and its feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pytest

from apes_mailer.model.publication import Publication
from apes_mailer.render import archive
from apes_mailer.render.archive import Archive, SignUp
from tests.support.letters import Page
from tests.support.publishing import BASE, NOW, publication

ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def _archive(
    *letters: Publication, language: str = "fr", noindex: bool = False, sign_ups: Sequence[SignUp] = ()
) -> Archive:
    return Archive(
        id="urn:uuid:feed",
        base=BASE,
        title="La lettre <des> semis",
        sender="Les Semis & Cie",
        tagline="Des nouvelles",
        website="https://www.semis.fr/",
        language=language,
        noindex=noindex,
        updated=NOW,
        letters=letters,
        sign_ups=sign_ups,
    )


THREE = (
    publication("mars", date=dt.date(2027, 3, 1), title="Mars & <avril>", summary="Du pain"),
    publication("dec", date=dt.date(2026, 12, 1), language="en"),
    publication("sans-date", published=NOW + dt.timedelta(days=1)),
)


def test_letters_are_listed_by_years_the_newest_first() -> None:
    page = Page(archive.page(_archive(*THREE)))
    links = [each["href"] for each in page.all("a") if each["href"].startswith("letters/")]
    assert links == ["letters/sans-date.html", "letters/mars.html", "letters/dec.html"]
    assert [each["datetime"] for each in page.all("time")] == ["2027-03-02", "2027-03-01", "2026-12-01"]
    assert [each["id"] for each in page.all("h2")] == ["y2027", "y2026"]


@pytest.mark.parametrize(
    ("language", "day", "feed"), [("fr", "1er\u00a0mars 2027", "flux"), ("en", "1\u00a0March 2027", "feed")]
)
def test_it_speaks_the_language_of_the_settings(language: str, day: str, feed: str) -> None:
    page = archive.page(_archive(*THREE, language=language))
    assert day in page
    assert feed in page
    assert Page(page).all("html")[0]["lang"] == language
    marked = {each["href"]: each.get("lang") for each in Page(page).all("a") if "letters/" in each["href"]}
    assert marked["letters/dec.html"] == (None if language == "en" else "en")


def test_what_people_wrote_is_text_and_no_markup() -> None:
    page = archive.page(_archive(*THREE))
    assert "Mars &amp; &lt;avril&gt;" in page
    assert "La lettre &lt;des&gt; semis" in page


def test_an_archive_without_letters_says_so() -> None:
    page = Page(archive.page(_archive()))
    assert any("Aucune lettre" in text for text, _, _ in page.texts)


@pytest.mark.parametrize("noindex", [True, False])
def test_search_engines_are_told_what_the_settings_say(noindex: bool) -> None:
    assert ('content="noindex"' in archive.page(_archive(noindex=noindex))) is noindex


def test_it_loads_nothing() -> None:
    page = Page(archive.page(_archive(*THREE)))
    assert page.all("img", "script", "iframe") == []
    assert {each["rel"] for each in page.all("link")} == {"canonical", "alternate"}


def _feed(*letters: Publication) -> ET.Element:
    return ET.fromstring(archive.feed(_archive(*letters)).encode())


def _of(element: ET.Element, name: str) -> list[str | None]:
    return [each.text for each in element.findall(f"{ATOM}{name}")]


def test_the_feed_has_what_every_feed_must_have() -> None:
    feed = _feed(*THREE)  # RFC 4287, 4.1.1: exactly one id, title, updated, and an author for all entries
    assert feed.tag == f"{ATOM}feed"
    assert _of(feed, "id") == ["urn:uuid:feed"]
    assert _of(feed, "title") == ["La lettre <des> semis"]
    assert _of(feed, "updated") == ["2027-03-01T09:30:00Z"]
    assert [_of(author, "name") for author in feed.findall(f"{ATOM}author")] == [["Les Semis & Cie"]]
    links = {each.get("rel"): each.get("href") for each in feed.findall(f"{ATOM}link")}
    assert links == {"self": f"{BASE}/atom.xml", "alternate": f"{BASE}/"}


def test_each_entry_has_what_every_entry_must_have() -> None:
    entries = _feed(*THREE).findall(f"{ATOM}entry")  # RFC 4287, 4.1.2
    assert [_of(entry, "title") for entry in entries] == [
        ["La lettre sans-date"],
        ["Mars & <avril>"],
        ["La lettre dec"],
    ]
    for entry in entries:
        assert len(_of(entry, "id")) == len(_of(entry, "updated")) == len(_of(entry, "published")) == 1
        (link,) = entry.findall(f"{ATOM}link")
        assert link.get("rel") == "alternate"
        assert str(link.get("href")).startswith(f"{BASE}/letters/")
    assert _of(entries[1], "summary") == ["Du pain"]
    assert len({_of(entry, "id")[0] for entry in entries}) == 3
    assert entries[2].get(XML_LANG) == "en"


def test_a_feed_of_many_years_holds_the_newest_letters() -> None:
    many = [publication(f"l{number}", date=dt.date(2020, 1, 1) + dt.timedelta(days=number)) for number in range(60)]
    entries = _feed(*many).findall(f"{ATOM}entry")
    assert len(entries) == 50
    assert _of(entries[0], "title") == ["La lettre l59"]


def test_an_empty_feed_is_a_feed() -> None:
    assert _feed().findall(f"{ATOM}entry") == []


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Recevoir «\u00a0L’agenda &amp; co\u00a0»"), ("en", "Get “L’agenda &amp; co”")]
)
def test_it_leads_to_where_readers_sign_up(language: str, words: str) -> None:
    url = "https://lettre.semis.fr/signup/agenda"
    sign_ups = [SignUp(title="L’agenda & co", url=url)]
    assert f'<a href="{url}">{words}</a>' in archive.page(_archive(*THREE, language=language, sign_ups=sign_ups))
    assert "signup" not in archive.page(_archive(*THREE, language=language))
