"""The table of contents: when there is one, what it lists, and where its links lead."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.letters import FULL, THEMES, Sent, issue_of


def section(title: str) -> dict[str, Any]:
    return {"type": "section", "title": title, "articles": [{"title": "Seul"}]}


def parts(count: int) -> list[dict[str, Any]]:
    return [section(f"Partie {number}") for number in range(1, count + 1)]


def listed(sent: Sent) -> list[tuple[str, str]]:
    """Anchor and words of each entry."""
    return re.findall(r'<a href="#([^"]+)"[^>]*>(.*?)</a>', sent.html)


def targets(sent: Sent) -> list[tuple[str, str]]:
    """Anchor and words of each title that can be led to, once for mail programs and once for Outlook."""
    pattern = r'<h2 id="([^"]+)"[^>]*><!--\[if mso\]><a name="\1"></a><!\[endif\]-->(.*?)</h2>'
    return re.findall(pattern, sent.html)


@pytest.mark.parametrize("theme", THEMES)
def test_letter_of_six_parts_has_a_table_of_contents_and_one_of_five_has_none(theme: str) -> None:
    assert listed(Sent(theme, issue_of(*parts(5)))) == []
    assert len(listed(Sent(theme, issue_of(*parts(6))))) == 6


@pytest.mark.parametrize("theme", THEMES)
def test_author_decides_when_the_issue_says_so(theme: str) -> None:
    assert listed(Sent(theme, issue_of(*parts(9), contents=False))) == []
    assert len(listed(Sent(theme, issue_of(*parts(2), contents=True)))) == 2
    assert listed(Sent(theme, issue_of(*parts(1), contents=True))) == []  # nothing to choose from


@pytest.mark.parametrize("theme", THEMES)
def test_each_entry_leads_to_the_title_that_it_names(theme: str) -> None:
    sent = Sent(theme, issue_of(*FULL, *parts(3), section("Pour <<contact.NOM>>")))
    titles = ["Édito", "À la une", "Ici et là", "Les rendez-vous", "En images"]
    titles += ["Partie 1", "Partie 2", "Partie 3", "Pour O&#x27;Brien"]
    assert [words for _, words in listed(sent)] == titles
    assert targets(sent) == listed(sent)
    assert len(set(listed(sent))) == len(titles)


@pytest.mark.parametrize("theme", THEMES)
def test_without_a_table_of_contents_titles_have_no_anchor(theme: str) -> None:
    assert not re.search(r'<h2 id=|<a name=|href="#', Sent(theme, issue_of(*FULL)).html)


@pytest.mark.parametrize(("language", "words"), [("fr", "Au sommaire\u00a0:"), ("en", "In this letter:")])
def test_plain_text_lists_the_parts_below_its_title(language: str, words: str) -> None:
    text = Sent("apes", issue_of(*parts(6), language=language)).text
    entries = "".join(f"- Partie {number}\n" for number in range(1, 7))
    assert f"Ce qui lève\n===========\n\n{words}\n{entries}\n" in text


@pytest.mark.parametrize("theme", THEMES)
def test_titles_stay_in_order_with_a_table_of_contents(theme: str) -> None:
    page = Sent(theme, issue_of(*parts(6))).page
    assert [tag for tag, _ in page.elements if re.fullmatch(r"h\d", tag)] == ["h1", "h2", *["h2", "h3"] * 6]
