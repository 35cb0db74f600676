"""No value breaks out of its place: letters are filled, parsed again, and compared with what a harmless value gives."""

from __future__ import annotations

import functools
import html
import json
import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apes_mailer.model.merge import ContactField, LinkTag, PictureLink, Special
from apes_mailer.model.message import Context, MessageTemplate, Slot
from apes_mailer.render import fill, letter
from apes_mailer.workspace import Workspace
from tests.support.letters import IDENTITY, IMAGE, PICTURES, THEMES, issue_of
from tests.unit.providers.parsed import Events, joined, structure_of
from tests.unit.providers.samples import NASTY, TEMPLATE, hostile

LINKS = fill.Links(pictures="https://pictures.example/", browser="https://letters.example/web?a=1&b=2")
UNSUBSCRIBE = "https://letters.example/u/abc_DEF-123"

# Stand-ins that are no part of each other and that no theme contains.
MARKS = {
    "NOM": "Motmot",
    "VILLE": "Placeplace",
    "PART": "Partpart",
    "SITE": "https://site.example/",
    "EMAIL": "someone@mail.example",
}
QUERY = "https://a.example/<<contact.PART>>?v=<<contact.PART>>&w=1#<<contact.PART>>"


@functools.cache
def themed(theme: str) -> MessageTemplate:
    """A letter of a theme with a tag wherever an author can write one."""
    issue = issue_of(
        {"type": "banner", "title": "Pour <<contact.NOM>>", "button": {"text": "<<contact.NOM>>", "link": QUERY}},
        {
            "type": "section",
            "title": "À <<contact.VILLE>>",
            "articles": [
                {
                    "title": "Le four de <<contact.NOM>>",
                    "link": "<<contact.SITE>>",
                    "text": f"**<<contact.NOM>>** & [<<contact.VILLE>>]({QUERY}) [site](<<contact.SITE>>)\n\n"
                    "- [écrire](mailto:<<contact.EMAIL>>?subject=<<contact.PART>>)",
                    "images": {**IMAGE, "alt": "Vu de <<contact.NOM>>", "link": "<<contact.SITE|https://b.example/>>"},
                    "contact": {"name": "<<contact.NOM>>", "email": "<<contact.EMAIL>>"},
                }
            ],
        },
        subject="<<contact.NOM>>, la lettre",
        preheader="À <<contact.VILLE>> avec <<contact.NOM>>",
    )
    return letter.render(issue, Workspace(Path("no-workspace")).theme(theme), IDENTITY, PICTURES).template


def without_isolates(text: str) -> str:
    """A text without the signs that keep right-to-left words apart."""
    return text.replace("\u2068", "").replace("\u2069", "")


def expected(seen: tuple[str, ...], value: str) -> tuple[str, ...]:
    """What a parser sees of the stand-ins' event once every stand-in is the value."""
    *kind, text = seen
    cleaned = fill.clean(value)
    for name in ("NOM", "VILLE"):
        text = text.replace(MARKS[name], quote(cleaned, safe="") if _is_link(seen) else cleaned)
    text = text.replace(MARKS["PART"], quote(cleaned, safe=""))
    if seen[:2] == ("attribute", "href") and text.startswith("mailto:"):
        text = text.replace(MARKS["EMAIL"], quote(cleaned, safe="@+"))
    elif seen[0] == "text":
        text = text.replace(MARKS["EMAIL"], cleaned)
    if text == MARKS["SITE"]:
        text = cleaned if fill.is_url(value) else "#"
    return (*kind, text)


def _is_link(seen: tuple[str, ...]) -> bool:
    return seen[0] == "attribute" and seen[1] in {"href", "src"}


def filled(template: MessageTemplate, value: str | None) -> str:
    """The HTML with the value in every field, or with the stand-ins."""
    values = dict.fromkeys(MARKS, value) if value is not None else MARKS
    return fill.fill(template.html, {name: text for name, text in values.items() if text}, LINKS, UNSUBSCRIBE)


def plain_fallbacks(template: MessageTemplate) -> MessageTemplate:
    """The template without fallbacks, so that an empty value stays one."""
    parts = tuple(
        Slot(ContactField(part.expression.name), part.context)
        if isinstance(part, Slot) and isinstance(part.expression, ContactField)
        else part
        for part in template.html
    )
    return MessageTemplate(subject=template.subject, html=parts, text=template.text, language="fr")


@pytest.mark.parametrize("source", [*THEMES, "every context"])
def test_a_parser_sees_the_same_page_with_any_value_and_the_value_as_data_only(source: str) -> None:
    template = plain_fallbacks(TEMPLATE if source == "every context" else themed(source))
    harmless = Events(filled(template, None)).seen
    structure = structure_of(filled(template, None))

    @settings(max_examples=100)
    @given(hostile)
    def holds(value: str) -> None:
        page = filled(template, value)
        seen = [(*kind, without_isolates(text)) for *kind, text in Events(page).seen]
        assert joined(seen) == joined([expected(event, value) for event in harmless])
        assert structure_of(page) == structure

    holds()


@pytest.mark.parametrize("value", NASTY)
def test_a_link_keeps_its_host_and_its_other_parts_whatever_a_part_of_it_says(value: str) -> None:
    template = plain_fallbacks(themed("apes"))
    links = [event[2] for event in Events(filled(template, value)).seen if event[:2] == ("attribute", "href")]
    parts = [urlsplit(link) for link in links if link.startswith("https://a.example/") and "w=1" in link]
    assert len(parts) == 2
    for part in parts:
        assert (part.scheme, part.netloc) == ("https", "a.example")
        assert unquote(part.path.removeprefix("/")) == fill.clean(value)
        assert unquote(part.fragment) == fill.clean(value)
        asked = parse_qs(part.query, keep_blank_values=True)
        assert asked == {"v": [fill.clean(value)], "w": ["1"]}


@pytest.mark.parametrize("value", NASTY)
def test_a_whole_link_is_web_or_mail_or_leads_nowhere(value: str) -> None:
    link = html.unescape(fill.escape(value, Context.URL))
    assert link == "#" or urlsplit(link).scheme in {"http", "https", "mailto"}
    assert not re.search(r"[\s\"'<>\\]", link)


@settings(max_examples=300)
@given(hostile)
def test_escaped_value_reads_as_the_cleaned_value_in_its_context(value: str) -> None:
    read: dict[Context, Callable[[str], str]] = {
        Context.HTML: html.unescape,
        Context.ATTRIBUTE: html.unescape,
        Context.PLAIN: str,
        Context.HEADER: str,
        Context.URL_PART: unquote,
        Context.ADDRESS: unquote,
    }
    for context, reader in read.items():
        assert without_isolates(reader(fill.escape(value, context))) == fill.clean(value)
    assert not set(fill.escape(value, Context.HTML)) & set("<>\"'")
    assert re.fullmatch(r"[A-Za-z0-9_.~%-]*", fill.escape(value, Context.URL_PART))
    assert re.fullmatch(r"[A-Za-z0-9_.~%@+-]*", fill.escape(value, Context.ADDRESS))


@settings(max_examples=300)
@given(hostile)
def test_cleaned_value_is_one_printable_line_and_cleaning_twice_changes_nothing(value: str) -> None:
    cleaned = fill.clean(value)
    assert len(cleaned.splitlines()) <= 1
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in cleaned)
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    assert not any(unicodedata.bidirectional(character) in turning for character in cleaned)
    assert fill.clean(cleaned) == cleaned
    cleaned.encode()


@pytest.mark.parametrize("value", ["שלום", "مرحبا", "Anne שלום", "ߒߞߏ", "\U0001e900"])
@pytest.mark.parametrize("context", sorted(fill.TEXTUAL))
def test_right_to_left_value_cannot_reorder_the_words_around_it(value: str, context: Context) -> None:
    assert fill.escape(value, context) == f"\u2068{value}\u2069"


def _careful(value: str, context: Context) -> str:
    """What escaping gives when the value cannot take the quick way, because a sign before it needs escaping."""
    return fill.escape(f"<{value}", context).removeprefix(fill.escape("<", context))


def test_no_character_that_passes_as_harmless_needs_escaping_anywhere() -> None:
    harmless = [chr(code) for code in range(sys.maxunicode + 1) if fill.is_harmless(chr(code))]
    assert len(harmless) > 400
    for value in harmless:
        assert all(fill.escape(value, context) == value == _careful(value, context) for context in fill.TEXTUAL)
        assert json.dumps(value, ensure_ascii=False) == f'"{value}"'


@given(st.from_regex(fill.is_harmless.__self__, fullmatch=True))
def test_harmless_value_is_the_same_by_the_quick_and_the_careful_way(value: str) -> None:
    assert fill.is_harmless(value)
    assert json.dumps(value, ensure_ascii=False) == f'"{value}"'
    for context in fill.TEXTUAL:
        assert fill.escape(value, context) == value == _careful(value, context)


@settings(max_examples=300)
@given(hostile)
def test_value_that_escaping_changes_is_never_taken_for_harmless(value: str) -> None:
    if any(_careful(value, context) != value for context in fill.TEXTUAL):
        assert not fill.is_harmless(value)


@pytest.mark.parametrize("value", ["Anne ", " Anne", "Anne  Marie", "Anne\u00a0Marie", "Anne\n", "A'B", "a;b"])
def test_unusual_spaces_and_signs_are_looked_at_with_care(value: str) -> None:
    assert not fill.is_harmless(value)


@pytest.mark.parametrize("sign", "-.a ")
def test_long_value_is_judged_at_once(sign: str) -> None:
    """A pattern that can read a value in two ways would try them all, and never end."""
    assert not fill.is_harmless(f"a{sign}" * 5000 + "!")


@pytest.mark.parametrize("value", ["", " ", "\u00a0", "\r\n", "\u202e", "\0"])
def test_fallback_stands_in_for_a_value_that_says_nothing(value: str) -> None:
    field = ContactField("NOM", "cher lecteur & ami")
    assert fill.contact_value(field, Context.HTML, {"NOM": value}) == "cher lecteur &amp; ami"
    assert fill.contact_value(field, Context.HTML, {}) == "cher lecteur &amp; ami"
    assert fill.contact_value(field, Context.PLAIN, {"NOM": "Anne"}) == "Anne"
    assert fill.contact_value(ContactField("NOM"), Context.HTML, {"NOM": value}) == ""


def test_fallback_stands_in_for_what_is_no_address_where_a_whole_link_is_needed() -> None:
    field = ContactField("SITE", "https://semis.example/?a=1&b=2")
    shown = "https://semis.example/?a=1&amp;b=2"
    assert fill.contact_value(field, Context.URL, {"SITE": "javascript:alert(1)"}) == shown
    assert fill.contact_value(field, Context.URL, {"SITE": "https://x.example"}) == "https://x.example"
    assert fill.contact_value(field, Context.HTML, {"SITE": "pas de site"}) == "pas de site"
    assert fill.contact_value(ContactField("SITE"), Context.URL, {"SITE": "www.x.example"}) == "#"


def test_fallback_is_escaped_like_a_value() -> None:
    field = ContactField("NOM", "<b>'\"")
    assert fill.contact_value(field, Context.ATTRIBUTE, {}) == "&lt;b&gt;&#x27;&quot;"
    assert fill.contact_value(ContactField("X", "javascript:x"), Context.URL, {}) == "#"


def test_value_that_looks_like_a_tag_is_not_filled_again() -> None:
    parts = ("a ", Slot(ContactField("NOM"), Context.PLAIN), " b")
    values = {"NOM": "<<contact.EMAIL>>", "EMAIL": "secret@mail.example"}
    assert fill.fill(parts, values, LINKS, UNSUBSCRIBE) == "a <<contact.EMAIL>> b"


def test_own_links_are_written_whole_and_escaped_only_where_html_asks_for_it() -> None:
    browser, picture = LinkTag(Special.BROWSER), PictureLink("four-0a1b.jpg")
    parts = (Slot(browser, Context.URL), " ", Slot(browser, Context.PLAIN), " ", Slot(picture, Context.URL))
    assert fill.fill(parts, {}, LINKS, UNSUBSCRIBE) == (
        "https://letters.example/web?a=1&amp;b=2 https://letters.example/web?a=1&b=2 "
        "https://pictures.example/four-0a1b.jpg"
    )
    one_click = (Slot(LinkTag(Special.UNSUBSCRIBE), Context.URL),)
    assert fill.fill(one_click, {}, LINKS, UNSUBSCRIBE) == UNSUBSCRIBE


def test_letter_to_look_at_shows_each_tag_as_it_was_written() -> None:
    page = fill.show_tags(TEMPLATE.html, LINKS)
    text = fill.show_tags(TEMPLATE.text, LINKS)
    assert structure_of(page) == structure_of(filled(TEMPLATE, None))
    seen = Events(page).seen
    assert ("text", "<<contact.NOM>>") in seen
    assert ("attribute", "title", "pour <<contact.NOM>>") in seen
    assert ("attribute", "href", "<<contact.SITE|https://semis.example/?a=1&b=2>>") in seen
    assert ("attribute", "href", "<<unsubscribe>>") in seen
    assert ("attribute", "src", "https://pictures.example/four-0a1b.jpg") in seen
    assert "d’<<contact.VILLE|ici & d’ailleurs>>" in text
    assert "Ne plus recevoir : <<unsubscribe>>" in text
    assert "En ligne : https://letters.example/web?a=1&b=2" in text


def test_letter_without_web_version_shows_the_tag_to_those_who_look_at_it() -> None:
    parts = (Slot(LinkTag(Special.BROWSER), Context.PLAIN),)
    assert fill.show_tags(parts, fill.Links(pictures="")) == "<<browser>>"
