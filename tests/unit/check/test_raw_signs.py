"""What readers would see as it is written, and what only looks like it."""

from __future__ import annotations

import pytest

from apes_mailer.check import rules
from tests.unit.check.judged import found, with_blocks, with_text


def kinds(text: str) -> list[str]:
    """What is said of these words in a text."""
    return [each.name.partition(".")[2] for each in rules.findings(with_text(text)) if each.rule == "raw-signs"]


@pytest.mark.parametrize(
    "text",
    [
        "du <br> pain",
        "du <BR/> pain",
        '<span style="color:red">pain</span>',
        "</p>",
        "<h2>",
        "<iframe src='x'>",
        "<!-- x -->",
    ],
)
def test_html_is_found(text: str) -> None:
    assert kinds(text) == ["html"]


@pytest.mark.parametrize(
    "line", ["Le **pain**", "*Enfin* du pain", "_Enfin_ du pain", "## Du pain", "[Pain](https://pain.exemple.fr)"]
)
def test_markdown_is_found_where_there_is_none(line: str) -> None:
    assert found(with_blocks(title=line), "raw-signs") == [("warning", "title")]


@pytest.mark.parametrize("line", ["2 * 3 * 4", "plan_de_la_ville", "#pain et #jeux", "M_ et Mme *", "[Pain] (bio)"])
def test_line_that_only_looks_like_markdown_is_left_alone(line: str) -> None:
    assert found(with_blocks(title=line), "raw-signs") == []


@pytest.mark.parametrize("text", ["Lâ€™école", "déjÃ\u00a0 vu", "\uf0b7 un point", "un pain \ufffd", "Â«\u00a0pain"])
def test_broken_letters_are_found(text: str) -> None:
    assert kinds(text) == ["broken"]


@pytest.mark.parametrize("sign", ["\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068"])
@pytest.mark.parametrize("field", ["subject", "preheader"])
def test_sign_that_turns_what_follows_is_found_where_the_list_of_messages_shows_it(sign: str, field: str) -> None:
    fields = {field: f"Du pain{sign} et des jeux au jardin des semis"}
    assert found(with_blocks(**fields), "raw-signs") == [("warning", field)]


def test_direction_that_is_ended_is_left_alone() -> None:
    assert kinds("\u202bخبز\u202c, \u2068خبز\u2069 et le pain") == []


@pytest.mark.parametrize(
    "tag",
    (
        "{prenom} | [Prénom] | [FNAME] | [[prenom]] | %recipient.first name% | ${prenom} | <%= prenom %> | #prenom#"
        " | ‹prénom> | {contact.EMAIL}"
    ).split(" | "),
)
def test_tags_of_other_tools_are_found(tag: str) -> None:
    assert kinds(f"Bonjour {tag} !") == ["tag"]
    assert found(with_blocks(title=f"Bonjour {tag}"), "raw-signs") == [("warning", "title")]


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour <<contact.PRENOM|à vous>> !",
        "[nom](https://a.exemple.fr)",
        "100 % de pain, 50 % de son prénom",
        "#prenom est un mot-dièse",
        "ÂGE, ÃO, «\u00a0pain\u00a0», 3 <> 4",
        "[Voir](<https://a.exemple.fr/a b>)",
        "Fa & si ; do",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert kinds(text) == []
