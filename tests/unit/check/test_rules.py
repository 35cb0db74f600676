"""Every rule: a letter that breaks it, and one that just does not."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from apes_mailer import check
from apes_mailer.check import rules
from apes_mailer.model.finding import Finding
from apes_mailer.model.merge import LinkTag, Special
from apes_mailer.model.message import Context, Slot
from tests.support.letters import everything
from tests.unit.check.judged import NO_LINK, SOUND, found, template, with_blocks

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "reference" / "checks.md"


def test_sound_letter_has_no_findings() -> None:
    assert found(SOUND) == []
    assert found(dataclasses.replace(SOUND, issue=everything())) == []


def picture(**more: object) -> list[tuple[str, str, str]]:
    """What is found in a gallery of this one picture."""
    return found(with_blocks({"type": "gallery", "images": [{"file": "four.jpg", **more}]}))


PLACE = "blocks[0].images[0]"


def test_picture_without_words_for_those_who_do_not_see_it_is_an_error() -> None:
    assert picture() == [("picture-alt", "error", PLACE)]
    assert picture(alt="Le four") == []
    assert picture(decorative=True) == []


def test_picture_that_is_a_link_is_never_decorative() -> None:
    link = "https://a.example"
    assert picture(link=link) == [("picture-alt", "error", PLACE)]
    assert picture(link=link, decorative=True) == [("picture-alt", "error", PLACE)]
    assert picture(link=link, alt="Le four") == []


def test_words_for_a_decorative_picture_are_a_warning() -> None:
    assert picture(alt="Le four", decorative=True) == [("picture-alt", "warning", PLACE)]


def test_cure_for_a_picture_does_not_offer_what_a_link_cannot_be() -> None:
    def cure(**more: object) -> str:
        letter = with_blocks({"type": "gallery", "images": [{"file": "four.jpg", **more}]})
        return rules.findings(letter)[0].cure

    assert "decorative: true" in cure()
    assert "decorative" not in cure(link="https://a.example")


def test_picture_is_looked_at_wherever_an_issue_can_have_one() -> None:
    bare = {"file": "four.jpg"}
    letter = with_blocks(
        {"type": "editorial", "text": "a", "images": [bare]},
        {"type": "section", "title": "S", "articles": [{"title": "A"}, {"title": "B", "images": [bare]}]},
        {"type": "logos", "logos": [{**bare, "alt": "Région"}, bare]},
    )
    places = ["blocks[0].images[0]", "blocks[1].articles[1].images[0]", "blocks[2].logos[1]"]
    assert found(letter) == [("picture-alt", "error", place) for place in places]


def button(link: str) -> list[tuple[str, str, str]]:
    """What is found of a button with this link."""
    return found(with_blocks({"type": "banner", "button": {"text": "Lire", "link": link}}))


def markdown(text: str) -> list[tuple[str, str, str]]:
    """What is found in a text."""
    return found(with_blocks({"type": "editorial", "text": text}))


@pytest.mark.parametrize("link", ["", "#", "#agenda", "https://", "HTTP://", "mailto:", "tel:"])
def test_link_that_leads_nowhere_is_an_error(link: str) -> None:
    assert button(link) == [("link-empty", "error", "blocks[0].button.link")]
    assert markdown(f"Voir [la page]({link}) ici") == [("link-empty", "error", "blocks[0].text")]


@pytest.mark.parametrize("link", ["/agenda", "../agenda", "?page=2", "//a.example/x"])
def test_link_that_works_on_a_web_page_only_is_an_error(link: str) -> None:
    assert button(link) == [("link-relative", "error", "blocks[0].button.link")]
    assert markdown(f"Voir [la page]({link}) ici") == [("link-relative", "error", "blocks[0].text")]


@pytest.mark.parametrize(
    "link",
    [
        "https://a.example",
        "HTTP://a.example/#x",
        "mailto:a@b.example",
        "tel:+33320000000",
        "<<contact.SITE>>",
        "<<contact.SITE|https://a.example/b c>>",
        "{{contact.SITE}}",
        "https://a.example/<<contact.NOM>>",
    ],
)
def test_link_that_leads_somewhere_is_not_remarked_on(link: str) -> None:
    assert button(link) == []
    assert markdown(f"Voir [la page]({link}) ici") == []


@pytest.mark.parametrize(
    "text",
    [
        "[x](<https://a.example/a b>)",
        "[x]( https://a.example )",
        "[x](https://a.example 'titre')",
        "[x](https://fr.wiki.example/Four_(cuisson))",
        "[x](https://a.example) et [y](https://b.example)",
        "un [crochet] seul (et une parenthèse)",
        "sans lien",
    ],
)
def test_way_markdown_writes_a_link_is_understood(text: str) -> None:
    assert markdown(text) == []


def test_each_dead_link_of_a_text_is_told_with_its_words() -> None:
    letter = with_blocks({"type": "editorial", "text": "[un](#), [deux](https://a.example), [trois](< >)"})
    messages = [finding.message for finding in rules.findings(letter)]
    assert messages == ['the link "un" leads nowhere (#)', 'the link "trois" leads nowhere (it is empty)']


def test_link_to_a_web_version_that_does_not_exist_is_an_error_where_it_is_written() -> None:
    issue = with_blocks({"type": "editorial", "text": "Voir [en ligne](<<browser>>)"}).issue
    letter = dataclasses.replace(SOUND, issue=issue, template=_with_browser())
    assert found(letter) == [("link-web-version", "error", "blocks[0].text")]
    assert found(dataclasses.replace(letter, issue=SOUND.issue)) == [("link-web-version", "error", "")]
    assert found(dataclasses.replace(letter, web_version=True)) == []


def _with_browser() -> Any:
    slot = Slot(LinkTag(Special.BROWSER), Context.URL)
    return dataclasses.replace(template(), html=(*template().html, slot))


@pytest.mark.parametrize(
    ("weight", "severity"),
    [(79_999, None), (80_000, "warning"), (101_999, "warning"), (102_000, "error"), (500_000, "error")],
)
def test_letter_that_gmail_would_cut_is_remarked_on_in_time(weight: int, severity: str | None) -> None:
    page = "–" + "x" * (weight - len("–".encode()))
    assert found(dataclasses.replace(SOUND, html=page)) == ([("size", severity, "")] if severity else [])


def test_weight_is_counted_in_bytes_of_utf_8() -> None:
    assert found(dataclasses.replace(SOUND, html="’" * 40_000)) == [("size", "error", "")]


@pytest.mark.parametrize(("changed", "part"), [("html", "HTML"), ("text", "plain text")])
def test_part_without_unsubscribe_link_is_an_error(changed: str, part: str) -> None:
    links = {changed: NO_LINK}
    letter = dataclasses.replace(SOUND, template=template(**links))
    assert found(letter) == [("unsubscribe-link", "error", "")]
    assert part in rules.findings(letter)[0].message


@pytest.mark.parametrize("text", ["Bonjour", "Été à la ferme, 10 £", "&rsquo; &#8217; &oelig;", "\xa0\xff"])
@pytest.mark.parametrize(("changed", "part"), [("html", "HTML"), ("text", "plain text")])
def test_part_that_could_be_sent_as_latin_1_is_an_error(changed: str, part: str, text: str) -> None:
    letter = dataclasses.replace(SOUND, **{changed: text})
    assert found(letter) == [("charset", "error", "")]
    assert part in rules.findings(letter)[0].message
    for sign in ("’", "œ", "\u200c", "😀"):
        assert found(dataclasses.replace(SOUND, **{changed: text + sign})) == []


@pytest.mark.parametrize("character", ["\x80", "\x85", "\x92", "\x9f"])
def test_invisible_character_of_old_windows_programs_is_an_error(character: str) -> None:
    told = ("control-character", "error", "")
    assert found(dataclasses.replace(SOUND, html=f"– l{character}été")) == [told]
    assert found(dataclasses.replace(SOUND, text=f"– l{character}été")) == [told]
    subject = with_blocks({"type": "divider"}, subject="l\x92été")
    assert found(subject) == [told]
    assert "the subject holds" in rules.findings(subject)[0].message
    assert f"U+{ord(character):04X}" in rules.findings(dataclasses.replace(SOUND, text=f"–{character}"))[0].message


def test_characters_next_to_the_invisible_ones_are_fine() -> None:
    assert found(dataclasses.replace(SOUND, html="– ~\xa0¡")) == []


def every_finding() -> list[Finding]:
    """Findings of a letter that breaks what it can."""
    blocks = [
        {"type": "gallery", "images": [{"file": "four.jpg"}]},
        {"type": "banner", "button": {"text": "a", "link": "#"}},
        {"type": "banner", "button": {"text": "a", "link": "/a"}},
    ]
    broken = dataclasses.replace(_with_browser(), text=("a",))
    letter = dataclasses.replace(with_blocks(*blocks), template=broken, html="a\x92" * 60_000, text="a")
    return rules.findings(letter)


def ids_in_the_code() -> set[str]:
    """The rules by the names that the code gives them."""
    folder = Path(check.__path__[0])
    return {
        name for path in folder.glob("*.py") for name in re.findall(r'rule="([^"]+)"', path.read_text(encoding="utf-8"))
    }


def test_every_finding_says_what_is_wrong_and_what_to_do() -> None:
    seen = every_finding()
    assert {finding.rule for finding in seen} == ids_in_the_code()
    for finding in seen:
        assert finding.message
        assert finding.cure


def test_every_rule_is_documented_and_no_other() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", document, re.MULTILINE)) == ids_in_the_code()
