"""The web version: the same letter, without what is meant for one reader."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from apes_mailer.model.issue import Event, Image
from apes_mailer.model.merge import ContactField, LinkTag, PictureLink, Special
from apes_mailer.model.message import Context, Slot
from apes_mailer.model.text import Line, Link, Markdown
from apes_mailer.model.walk import walk
from apes_mailer.render import dates, letter, typography, web
from apes_mailer.workspace import Workspace
from tests.support.letters import IDENTITY, LANGUAGES, PICTURES, THEMES, Page, everything, issue_of

URL = "https://letters.example/lettre/letters/2027-07.html"
ABOUT = web.WebPage(
    url=URL,
    title="Ce qui <lève>",
    summary='Du "pain" & des mains',
    language="fr",
    letter="La lettre des semis",
    picture="wide.jpg",
)


def _page(theme: str = "apes", language: str = "fr", **about: Any) -> str:
    files = Workspace(Path("no-workspace")).theme(theme)
    rendered = letter.render(everything(language), files, IDENTITY, PICTURES, for_web=True)
    return web.page(rendered.template.html, replace(ABOUT, language=language, **about))


def _of(*parts: str | Slot) -> str:
    """Return what of a letter's body becomes of these parts."""
    page = web.page(("<html><head></head><body>", *parts, "</body></html>"), ABOUT)
    return page.partition('tabindex="-1">')[2].removesuffix("</main></body></html>\n")


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", " ".join(text for text, _, _ in Page(page).texts)).replace("\u200c", "")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_the_letter_says_to_everybody_is_on_the_web(theme: str, language: str) -> None:
    page = _page(theme, language)
    text, links = _text(page), {unescape(each.get("href", "")) for each in Page(page).all("a")}
    alts = {each.get("alt", "") for each in Page(page).all("img")}
    for path, value in walk(everything(language)):
        match value:
            case Link():
                assert value in links, path
            case Markdown():
                for url in re.findall(r"\]\((.*?)\)", value):
                    assert url in links, path
            case Image(alt=str(alt)):
                assert alt in alts, path
            case Line() if path.endswith(("title", "heading", "caption", "place", "signature", "author")):
                assert re.sub(r"\s+", " ", typography.of(value, language)) in text, path
            case Event(date=day, end_date=None):
                assert re.sub(r"\s+", " ", dates.weekday_date(day, language)).lower() in text.lower(), path
            case _:
                pass


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_is_said_to_one_reader_is_on_the_web(theme: str, language: str) -> None:
    page = _page(theme, language)
    words = ("unsubscribe", "désinscri", "envoyée à", "sent to", IDENTITY.reason or "", "dans le navigateur")
    assert [word for word in words if word.lower() in page.lower()] == []
    assert "<<" not in page
    assert "display:none;max-height" not in page  # the line for lists of messages


@pytest.mark.parametrize("theme", THEMES)
def test_it_is_a_page_with_a_language_a_way_in_and_one_main_part(theme: str) -> None:
    page = Page(_page(theme))
    (html,) = page.all("html")
    assert (html["lang"], html["dir"]) == ("fr", "ltr")
    first = page.all("a")[0]
    assert first["href"] == "#letter"
    assert [each["id"] for each in page.all("main")] == ["letter"]
    assert len(page.all("h1")) == len(page.all("title")) == 1
    assert page.all("nav")[0]["aria-label"]
    assert page.all("a")[1]["href"] == "../index.html"


@pytest.mark.parametrize("theme", THEMES)
def test_nothing_is_left_that_only_outlook_reads(theme: str) -> None:
    page = _page(theme)
    assert "<!--" not in page
    assert "mso-" not in page
    assert "xmlns:v" not in page


def test_it_loads_nothing_but_the_pictures_beside_it() -> None:
    page = Page(_page())
    sources = [each["src"] for each in page.all("img")]
    assert sources
    assert all(source.startswith("../pictures/") for source in sources)
    assert page.all("script", "iframe", "object", "embed", "form", "input") == []


def test_it_says_where_it_is_and_what_it_is_about() -> None:
    page = Page(_page())
    links = {each["rel"]: each["href"] for each in page.all("link")}
    assert links == {"canonical": URL, "alternate": "../atom.xml"}
    meta = {each.get("name") or each.get("property", ""): each.get("content") for each in page.all("meta")}
    assert meta["description"] == meta["og:description"] == 'Du "pain" & des mains'
    assert meta["og:title"] == "Ce qui <lève>"
    assert meta["og:url"] == URL
    assert meta["og:image"] == "https://letters.example/lettre/pictures/wide.jpg"
    assert meta["og:locale"] == "fr_FR"
    assert "robots" not in meta


def test_search_engines_are_asked_to_leave_it_alone_where_somebody_wants_that() -> None:
    assert '<meta name="robots" content="noindex">' in _page(noindex=True)


def test_without_a_summary_or_a_picture_nothing_is_said_of_them() -> None:
    page = _page(summary="", picture="")
    assert 'name="description"' not in page
    assert "og:description" not in page
    assert "og:image" not in page


def _field(context: Context = Context.HTML, fallback: str | None = None) -> Slot:
    return Slot(ContactField("PRENOM", fallback), context)


def test_merge_tags_give_way_to_the_words_to_fall_back_on() -> None:
    assert (
        _of("<p>Bonjour ", _field(fallback="cher·e <ami·e>"), ", merci</p>")
        == "<p>Bonjour cher·e &lt;ami·e&gt;, merci</p>"
    )


@pytest.mark.parametrize("space", [" ", "\u00a0", "\n"])
@pytest.mark.parametrize("after", [",", ".", "!", "\u00a0!", "</p>", " et vous"])
def test_a_merge_tag_without_such_words_leaves_no_hole(space: str, after: str) -> None:
    kept = space if after == "</p>" else ""
    assert _of(f"<p>Bonjour{space}", _field(), after) == f"<p>Bonjour{kept}{after}"


@pytest.mark.parametrize(
    "slot",
    [
        Slot(LinkTag(Special.UNSUBSCRIBE), Context.URL),
        Slot(ContactField("SITE"), Context.URL),
        Slot(ContactField("SITE", "javascript:alert(1)"), Context.URL),
    ],
)
def test_a_link_of_one_reader_is_no_link_on_the_web(slot: Slot) -> None:
    assert _of('<a class="b" href="', slot, '" style="c">ici</a>') == '<a class="b" style="c">ici</a>'


def test_a_link_whose_address_is_one_reader_is_no_link_on_the_web() -> None:
    mail = Slot(ContactField("EMAIL"), Context.ADDRESS)
    assert _of('<a href="mailto:', mail, '">a</a>') == "<a>a</a>"
    assert _of('<a href="mailto:', mail, '?subject=b">a</a>') == "<a>a</a>"
    assert _of('<a href="mailto:c@d.fr">a</a>') == '<a href="mailto:c@d.fr">a</a>'


def test_links_that_are_the_same_for_all_stay() -> None:
    assert _of('<a href="', Slot(LinkTag(Special.BROWSER), Context.URL), '">a</a>') == f'<a href="{URL}">a</a>'
    part = Slot(ContactField("VILLE", "Arras & Lens"), Context.URL_PART)
    assert _of('<a href="https://a.fr/?v=', part, '">a</a>') == '<a href="https://a.fr/?v=Arras%20%26%20Lens">a</a>'
    picture = Slot(PictureLink("a.jpg"), Context.URL)
    assert _of('<img src="', picture, '">') == '<img src="../pictures/a.jpg">'


def test_words_of_an_author_that_look_like_those_for_outlook_stay() -> None:
    assert _of("<p>mso-hide:all; xmlns:v</p>") == "<p>mso-hide:all; xmlns:v</p>"


def test_merge_tags_that_say_nothing_are_named_once() -> None:
    parts = (_field(), "a", _field(), _field(fallback="b"), Slot(LinkTag(Special.BROWSER), Context.URL))
    assert web.unfilled(parts) == ["<<contact.PRENOM>>"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Bonjour <<contact.PRENOM|vous>>, merci", "Bonjour vous, merci"),
        ("Bonjour <<contact.PRENOM>>, merci", "Bonjour, merci"),
        ("{{contact.PRENOM}} bonjour", "bonjour"),
        ("<<contact.PRENOM>>", ""),
        ("1 << 2 et <<inconnu>>", "1 << 2 et <<inconnu>>"),
    ],
)
def test_a_line_is_said_to_everybody(written: str, said: str) -> None:
    assert web.line(written) == said


def test_a_letter_and_its_web_page_have_the_same_words_around_them_in_both_languages() -> None:
    assert set(web.words("fr")) == set(web.words("en"))
    assert web.words("de") == web.words("en")


@pytest.mark.parametrize("theme", THEMES)
def test_publishing_adds_one_link_to_the_letter_and_nothing_else(theme: str) -> None:
    files = Workspace(Path("no-workspace")).theme(theme)
    issue = issue_of({"type": "editorial", "text": "Bonjour."})
    before = letter.render(issue, files, IDENTITY, PICTURES).template
    after = letter.render(issue, files, IDENTITY, PICTURES, web_version=True).template
    browser = Slot(LinkTag(Special.BROWSER), Context.URL)
    assert before.subject == after.subject
    (at,) = [index for index, part in enumerate(after.html) if part == browser]
    joined = "".join(str(part) for part in (*after.html[:at], *after.html[at + 1 :]))
    link = re.compile(r"<a href=\"[^>]*>Lire cette lettre dans le navigateur</a>(?:<br>)?")
    assert link.sub("", joined, count=1) == "".join(str(part) for part in before.html)
    lines = [part for part in after.text if part not in before.text]
    assert len([part for part in after.text if isinstance(part, Slot) and part.expression == browser.expression]) == 1
    assert lines
