"""Every rule: a letter that breaks it, and one that just does not."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from apes_mailer import check
from apes_mailer.check import rules
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding
from apes_mailer.model.merge import LinkTag, Special
from apes_mailer.model.message import Context, Slot
from tests.support.letters import everything
from tests.unit.check.judged import NO_LINK, SOUND, found, template, with_blocks

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "reference" / "checks.md"


def test_sound_letter_has_no_findings() -> None:
    assert found(SOUND) == []
    assert [rule for rule, *_ in found(dataclasses.replace(SOUND, issue=everything()))] == ["example-address"]


def picture(**more: object) -> list[tuple[str, str, str]]:
    """What is found in a gallery of this one picture."""
    return found(with_blocks({"type": "gallery", "images": [{"file": "four.jpg", **more}]}))


PLACE = "blocks[0].images[0]"


def test_picture_without_words_for_those_who_do_not_see_it_is_an_error() -> None:
    assert picture() == [("picture-alt", "error", PLACE)]
    assert picture(alt="Le four") == []
    assert picture(decorative=True) == []


def test_picture_that_is_a_link_is_never_decorative() -> None:
    link = "https://a.exemple.fr"
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
    assert "decorative" not in cure(link="https://a.exemple.fr")


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


@pytest.mark.parametrize("link", ["/agenda", "../agenda", "?page=2", "//a.exemple.fr/x"])
def test_link_that_works_on_a_web_page_only_is_an_error(link: str) -> None:
    assert button(link) == [("link-relative", "error", "blocks[0].button.link")]
    assert markdown(f"Voir [la page]({link}) ici") == [("link-relative", "error", "blocks[0].text")]


@pytest.mark.parametrize(
    "link",
    [
        "https://a.exemple.fr",
        "HTTP://a.exemple.fr/#x",
        "mailto:a@b.exemple.fr",
        "tel:+33320000000",
        "<<contact.SITE>>",
        "<<contact.SITE|https://a.exemple.fr/b c>>",
        "{{contact.SITE}}",
        "https://a.exemple.fr/<<contact.NOM>>",
    ],
)
def test_link_that_leads_somewhere_is_not_remarked_on(link: str) -> None:
    assert button(link) == []
    assert markdown(f"Voir [la page]({link}) ici") == []


@pytest.mark.parametrize(
    "text",
    [
        "[x](<https://a.exemple.fr/a b>)",
        "[x]( https://a.exemple.fr )",
        "[x](https://a.exemple.fr 'titre')",
        "[x](https://fr.wiki.exemple.fr/Four_(cuisson))",
        "[x](https://a.exemple.fr) et [y](https://b.exemple.fr)",
        "un [crochet] seul (et une parenthèse)",
        "sans lien",
    ],
)
def test_way_markdown_writes_a_link_is_understood(text: str) -> None:
    assert markdown(text) == []


def test_each_dead_link_of_a_text_is_told_with_its_words() -> None:
    letter = with_blocks({"type": "editorial", "text": "[un](#), [deux](https://a.exemple.fr), [trois](< >)"})
    messages = [finding.message for finding in rules.findings(letter)]
    assert messages == ['the link "un" leads nowhere (#)', 'the link "trois" leads nowhere (it is empty)']


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org",
        "https://www.example.com/adherer?x=1",
        "http://EXAMPLE.net:8080/#x",
        "https://jardin.example/a",
        "mailto:bonjour@example.org",
        "mailto:bonjour@jardin.example?subject=x",
    ],
)
def test_link_to_an_example_is_a_warning(link: str) -> None:
    assert button(link) == [("example-address", "warning", "blocks[0].button.link")]
    assert markdown(f"Voir [la page]({link}), ici") == [("example-address", "warning", "blocks[0].text")]


@pytest.mark.parametrize(
    "link",
    [
        "https://my-example.org",
        "https://example.fr",
        "https://example.org.exemple.fr",
        "https://exemple.fr/example.org",
        "https://exemple.fr/?to=a.example",
        "mailto:example@exemple.fr",
    ],
)
def test_link_that_only_looks_like_an_example_is_none(link: str) -> None:
    assert button(link) == []


def _examples(letter: CheckedLetter) -> list[str]:
    return [each.message for each in rules.findings(letter) if each.rule == "example-address"]


def test_examples_are_one_finding_that_names_the_first_and_counts_them() -> None:
    contact = {"email": "a@example.org"}
    articles = [{"title": "A", "text": "[x](https://example.org/1) et https://example.org/2", "contact": contact}]
    section = {"type": "section", "title": "S", "articles": articles, "note": "voir https://example.org/3"}
    letter = dataclasses.replace(with_blocks(section), sender="lettre@example.org")
    (message,) = _examples(letter)
    assert message.startswith(
        "4 addresses are examples that nobody can reach: lettre@example.org, https://example.org/1"
    )
    assert message.endswith("https://example.org/1, https://example.org/2 and 1 more")
    assert [field for rule, _, field in found(letter) if rule == "example-address"] == ["blocks[0].articles[0].text"]


def test_example_in_the_footer_or_of_the_sender_is_found_without_one_in_the_issue() -> None:
    footer = dataclasses.replace(
        template(), html=(*template().html, '<a href="https://www.jardin.example/?a=1&amp;b">')
    )
    letter = dataclasses.replace(SOUND, template=footer)
    assert found(letter) == [("example-address", "warning", "")]
    assert _examples(letter) == ["1 address is an example that nobody can reach: https://www.jardin.example/?a=1&b"]
    assert found(dataclasses.replace(SOUND, sender="lettre@example.org")) == [("example-address", "warning", "")]


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
        {"type": "banner", "button": {"text": "a", "link": "https://example.org"}},
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
