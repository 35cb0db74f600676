"""What every letter of every theme keeps to: nothing is lost, everybody can read it, it stays small."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel

from apes_mailer.model.identity import Identity
from apes_mailer.model.issue import Issue
from apes_mailer.model.text import Markdown
from apes_mailer.render import markdown
from apes_mailer.workspace import bundled
from tests.support.letters import (
    BARE,
    BROWSER,
    BUTTONS,
    FULL,
    IDENTITY,
    LANGUAGES,
    TEXT,
    THEMES,
    UNSUBSCRIBE,
    Page,
    Sent,
    everything,
    issue_of,
)


def flat(text: str) -> str:
    return " ".join(text.split())


def written(value: object) -> list[str]:
    """Every text and address of an issue that readers are to get, as it reaches them."""
    if isinstance(value, BaseModel):
        hidden = {"type", "file", "layout", "language", "theme", "columns", "subject", "preheader"}
        names = [name for name in type(value).model_fields if name not in hidden]
        return [text for name in names for text in written(getattr(value, name))]
    if isinstance(value, (list, tuple)):
        return [text for item in cast("list[object]", value) for text in written(item)]
    if isinstance(value, Markdown):
        return [part for link in markdown.links(value) for part in link]
    return [flat(value.removeprefix("mailto:"))] if isinstance(value, str) else []


def everything_a_reader_can_get(page: Page) -> str:
    texts = "".join(text for text, _, _ in page.texts)
    attributes = [image["alt"] for image in page.all("img")] + [link["href"] for link in page.all("a")]
    return flat(" ".join([texts, *attributes]))


def check_sound(sent: Sent, language: str) -> None:
    html, page = sent.html, sent.page
    assert not re.search(r"<mj-|apes-at|z[qxjkw]\d{4}|<<|None|\\u\{", html + sent.text)
    assert not re.search(r"url\(|@import|<v:|<script|<form|<link", html)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all("alt" in image and 0 < int(image["width"]) <= 600 for image in page.all("img"))
    assert all(link["href"] not in {"", "#"} for link in page.all("a"))
    assert all(re.search("underline|inline-block", link["style"]) for link in page.all("a"))
    assert all(table["role"] == "presentation" for table in page.all("table"))
    assert all((part["lang"], part["dir"]) == (language, "ltr") for part in (*page.all("html"), *page.parts_of_body))
    assert f'href="{UNSUBSCRIBE}"' in html
    assert f"\n{UNSUBSCRIBE}\n" in sent.text
    for part in (html, sent.text):
        assert "aicha@mail.example" in part
        with pytest.raises(UnicodeEncodeError):  # a provider must not take it for Latin-1
            part.encode("latin-1")
    own = re.compile(r"https://(?:[\w.]+\.)?example\b|http://www\.w3\.org/1999/xhtml$")
    assert all(own.match(url) for url in re.findall(r"https?://[^\s\"'<>)]+", html))


@pytest.mark.parametrize(
    "block",
    [*FULL, *BARE],
    ids=[f"{block['type']}-{size}" for size, blocks in (("full", FULL), ("bare", BARE)) for block in blocks],
)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", THEMES)
def test_every_block_makes_a_sound_letter_with_and_without_its_optional_parts(
    theme: str, language: str, block: dict[str, Any]
) -> None:
    check_sound(Sent(theme, issue_of(block, language=language)), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", THEMES)
def test_nothing_that_was_written_is_lost(theme: str, language: str) -> None:
    issue = everything(language)
    sent = Sent(theme, issue)
    check_sound(sent, language)
    in_html, in_text = everything_a_reader_can_get(sent.page), flat(sent.text)
    for wanted in [*written(issue), *written(IDENTITY)]:
        assert wanted in in_html
        assert wanted in in_text
    french = ("1er juillet 2027", "Du vendredi 3 au dimanche 5 septembre 2027", "Vendredi 3 septembre 2027")
    english = ("1 July 2027", "From Friday 3 to Sunday 5 September 2027", "Friday 3 September 2027")
    for date in french if language == "fr" else english:
        assert date in in_html
        assert date in in_text
    assert issue.preheader is not None
    assert issue.preheader in sent.html


@pytest.mark.parametrize("theme", THEMES)
def test_event_that_ends_the_day_it_begins_is_of_one_date(theme: str) -> None:
    event = {"title": "La fournée", "date": "2027-10-01", "end_date": "2027-10-01"}
    sent = Sent(theme, issue_of({"type": "events", "title": "À noter", "events": [event]}))
    assert "Vendredi 1er\u00a0octobre 2027<" in sent.html
    assert "Vendredi 1er\u00a0octobre 2027\n" in sent.text


@pytest.mark.parametrize(("language", "marks"), [("fr", ("«\u00a0", "\u00a0»")), ("en", ("“", "”"))])
@pytest.mark.parametrize("theme", THEMES)
def test_quote_stands_between_the_quotation_marks_of_its_language_once(
    theme: str, language: str, marks: tuple[str, str]
) -> None:
    words = "On sème <<contact.NOM>>"
    for typed in (words, f"{marks[0]}{words}{marks[1]}"):
        sent = Sent(theme, issue_of({"type": "quote", "text": typed}, language=language))
        quote = re.search(r"<blockquote.*?</blockquote>", sent.html, re.DOTALL)
        assert quote is not None
        assert re.findall(r"<p[^>]*>(.*?)</p>", quote[0]) == [f"{marks[0]}On sème O&#x27;Brien{marks[1]}"]
        assert f"\n  {marks[0]}On sème O'Brien{marks[1]}\n" in sent.text


@pytest.mark.parametrize("theme", THEMES)
def test_only_what_is_there_leaves_a_trace(theme: str) -> None:
    sent = Sent(theme, issue_of(*BARE[:-1]), Identity.model_validate({"name": "Les Semis"}))
    check_sound(sent, "fr")
    assert not re.search(r"<(p|h\d|div|small|b|li|a|ul)\b[^>]*>[ \n]*</\1>", sent.html)
    assert not re.search(r"[(\[]\s*[)\]]|→\s*$|: *\n\n", sent.text, re.MULTILINE)
    assert "\n\n\n" not in sent.text


def letter_of(articles: int, layout: str) -> Issue:
    """A letter as long as they get: each article has five sentences, a link, a picture and a button."""
    words = (
        "Ensemble, nous avons semé, arrosé, attendu\u00a0; ce qui lève aujourd’hui tient parce que chacun y veille. "
        * 5
    )
    article = {
        "title": "Un four commun pour les trois villages du canal",
        "text": f"{words}\n\nVoir [les photos de la journée](https://a.example/photos).",
        "images": {"file": "wide.jpg", "alt": "Des mains farinées autour d’une longue table"},
        "layout": layout,
        "buttons": {"text": "Lire le récit de la journée", "link": "https://a.example/recits/le-four"},
    }
    pairs = [{"type": "section", "title": "Une partie de la lettre", "articles": [article] * 2}] * (articles // 2)
    return issue_of(FULL[0], {"type": "editorial", "heading": "Édito", "text": words}, *pairs)


@pytest.mark.parametrize("layout", ["top", "left", "right"])
@pytest.mark.parametrize(("articles", "kilobytes"), [(12, 60), (20, 90)])
@pytest.mark.parametrize("theme", THEMES)
def test_long_letter_stays_far_from_where_mail_programs_cut(
    theme: str, articles: int, kilobytes: int, layout: str
) -> None:
    sent = Sent(theme, letter_of(articles, layout), web_version=True)
    assert len(sent.html.encode()) <= kilobytes * 1000
    assert sum(map(len, re.findall(r"<style.*?</style>", sent.html, re.DOTALL))) < 8_000


@pytest.mark.slow
def test_another_process_gives_the_same_bytes() -> None:
    program = (
        "from tests.support.letters import THEMES, Sent, everything\n"
        "for theme in THEMES:\n"
        "    rendered = Sent(theme, everything()).letter\n"
        "    print(rendered.template.digest, len(rendered.mjml))\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    root = Path(__file__).parents[3]
    printed = subprocess.check_output([sys.executable, "-c", program], cwd=root, env=environment, text=True)
    here = [Sent(theme, everything()).letter for theme in THEMES]
    assert printed.split("\n")[:-1] == [f"{one.template.digest} {len(one.mjml)}" for one in here]


@pytest.mark.parametrize("theme", THEMES)
def test_web_version_is_linked_only_when_there_is_one(theme: str) -> None:
    without, with_link = Sent(theme, issue_of(*BARE)), Sent(theme, issue_of(*BARE), web_version=True)
    assert BROWSER not in without.html + without.text
    assert f'href="{BROWSER}"' in with_link.html
    assert BROWSER in with_link.text


@pytest.mark.parametrize("theme", THEMES)
def test_merge_tags_work_in_every_kind_of_place(theme: str) -> None:
    article = {
        "title": "Pour <<contact.NOM>>",
        "link": "https://a.example/?n=<<contact.NOM>>",
        "images": {"file": "wide.jpg", "alt": "La table de <<contact.NOM>>"},
        "contact": {"name": "<<contact.NOM>>", "email": "aide@a.example", "phone": "<<contact.TEL|03 53 01>>"},
        "buttons": {"text": "Répondre à <<contact.NOM>>", "link": "<<contact.LIEN|https://a.example/repondre>>"},
    }
    sent = Sent(theme, issue_of({"type": "section", "title": "<<contact.NOM>>", "articles": [article]}))
    check_sound(sent, "fr")
    assert sent.page.all("img")[0]["alt"] == "La table de O'Brien"
    hrefs = [link["href"] for link in sent.page.all("a")]
    assert hrefs[:2] == ["https://a.example/?n=O%27Brien", "mailto:aide@a.example"]
    assert hrefs[3] == "https://a.example/repondre"


@pytest.mark.parametrize("theme", THEMES)
def test_phone_numbers_can_be_dialled(theme: str) -> None:
    hrefs = [link["href"] for link in Sent(theme, everything()).page.all("a")]
    assert "tel:+33353011122" in hrefs


@pytest.mark.parametrize("theme", THEMES)
def test_preheader_is_hidden_without_colours_and_keeps_the_rest_out_of_the_preview(theme: str) -> None:
    sent = Sent(theme, everything())
    hidden = [attributes for attributes in sent.page.all("div") if "display:none" in attributes.get("style", "")]
    assert [(div["lang"], div["dir"]) for div in hidden] == [("fr", "ltr")]
    assert not re.search(r"color|font-size", hidden[0]["style"])
    assert sent.html.count("\u200c\u00a0") == 60


def test_plain_text_keeps_to_72_columns_but_for_addresses() -> None:
    lines = Sent("apes", everything()).text.split("\n")
    assert [line for line in lines if len(line) > 72 and "://" not in line] == []


def test_plain_text_reads_like_a_letter() -> None:
    block = {
        "type": "section",
        "title": "À la une",
        "articles": [
            {
                "title": "Le four",
                "text": TEXT,
                "images": [
                    {"file": "wide.jpg", "alt": "Deux mains.", "caption": "À l’aube"},
                    {"file": "tall.jpg", "alt": "Le four, vu de la place, une nuit d’hiver où tombe une neige fine"},
                    {"file": "small.png", "decorative": True},
                ],
                "buttons": BUTTONS,
            }
        ],
    }
    text = Sent("apes", issue_of(block, title="Ce qui lève", date="2027-07-01")).text
    body = text[: text.index("———")]
    assert body == (
        "La lettre des semis\nDes nouvelles de la terre & des gens\n1er\u00a0juillet 2027\n\n"
        "Ce qui lève\n===========\n\nÀ la une\n--------\n\n■ Le four\n\n"
        "Du pain, un four commun [1]\u00a0:\n\n- une farine\u00a0;\n- deux mains.\n\n1. Pétrir\n2. Cuire\n"
        "[1] https://a.example/3\n\n"
        "→ Lire le récit\u00a0: https://a.example/2?x=1&y=2\n→ Écrire à l’équipe\u00a0: equipe@a.example\n\n"
        "[Image\u00a0: À l’aube — Deux mains.]\n"
        "[Image\u00a0: Le four, vu de la place, une nuit d’hiver où tombe une neige\n fine]\n\n"
    )


def test_plain_text_lists_the_names_of_logos() -> None:
    logos = [
        {"file": "small.png", "alt": "Région"},
        {"file": "small.png", "alt": "Fonds Bassin", "link": "https://a.example/fonds"},
        {"file": "small.png", "decorative": True},
    ]
    text = Sent("apes", issue_of({"type": "logos", "title": "Avec", "logos": logos})).text
    assert "Avec\n----\n\n- Région\n→ Fonds Bassin\u00a0: https://a.example/fonds\n\n" in text


def test_both_languages_have_the_same_words() -> None:
    words = [
        tomllib.loads((bundled("templates") / "base" / f"strings.{name}.toml").read_text("utf-8")) for name in LANGUAGES
    ]
    assert words[0].keys() == words[1].keys()
    assert all("’" in words["sent_to"] + words["reason"] for words in words)
