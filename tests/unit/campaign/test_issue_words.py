"""Merge tags and links inside the texts of an issue: what would reach readers as it stands is told before."""

from __future__ import annotations

import pytest

from apes_mailer.campaign.issue_file import parse_issue
from apes_mailer.errors import IssueError, Problem


def problems(text: str) -> list[Problem]:
    try:
        parse_issue(text, shown="issue.yaml")
    except IssueError as error:
        return error.problems
    return []


def in_text(line: str) -> list[Problem]:
    """Return what is told of a line of Markdown, the sixth of the file."""
    text = f"subject: x\nblocks:\n  - type: quote\n    text: |\n      un\n      {line}\n      trois\n"
    return problems(text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<<contct.PRENOM>>", "<<contact.PRENOM>>"),
        ("<<contacts.prénom|cher ami>>", "<<contact.PRENOM|cher ami>>"),
        ("{{contat.NOM}}", "<<contact.NOM>>"),
        ("<<prenom>>", "<<contact.PRENOM>>"),
        ("<< prénom >>", "<<contact.PRENOM>>"),
        ("{{FIRSTNAME}}", "<<contact.PRENOM>>"),
        ("<<TELEPHONE>>", "<<contact.TELEPHONE>>"),
        ("<<PRENOM|vous>>", "<<contact.PRENOM|vous>>"),
        ("<<unsubscrib>>", "<<unsubscribe>>"),
        ("<<désinscription>>", "<<unsubscribe>>"),
        ("{{ mirror }}", "<<browser>>"),
        ("<< Bonjour à vous >>", "« Bonjour à vous »"),
        ("<<>>", "<<contact.PRENOM>>"),
        ("{{ a b }}", "take the brackets away"),
    ],
)
def test_tag_without_a_meaning_is_told_with_the_one_that_was_meant(written: str, meant: str) -> None:
    [problem] = in_text(f"Bonjour {written} !")
    assert problem.line == 6
    assert problem.message == f"{written} is no merge tag"
    assert meant in problem.hint


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<<contact.PRENOM>", "<<contact.PRENOM>>"),
        ("<contact.PRENOM>>", "<<contact.PRENOM>>"),
        ("<contact.prenom>", "<<contact.PRENOM>>"),
        ("<<contact.PRENOM|cher ami>", "<<contact.PRENOM|cher ami>>"),
        ("<<contact.PRENOM", "<<contact.PRENOM>>"),
        ("{contact.PRENOM}", "<<contact.PRENOM>>"),
        ("«contact.PRENOM»", "<<contact.PRENOM>>"),
        ("<unsubscribe>", "<<unsubscribe>>"),
        ("<<browser>", "<<browser>>"),
    ],
)
def test_half_a_tag_is_told_with_the_whole_one(written: str, meant: str) -> None:
    [problem] = in_text(f"Bonjour {written} !")
    assert problem.line == 6
    assert problem.message == f"{written} is only half a merge tag"
    assert problem.hint == f"Write {meant}."


@pytest.mark.parametrize(
    "written",
    [
        "<<contact.PRENOM>>, <<contact.prénom|cher ami>>, {{contact.NOM}}, <<unsubscribe>>, <<browser>>",
        "Marie <contact.lille@exemple.fr>",
        "« contact.fr »",
        "2 < 3 et 4 > 3",
        "[ici](https://exemple.fr/?id=<<contact.ID>>)",
        "[ici](<<unsubscribe>>), [là](#), [plus tard](), [écrire](mailto:a@exemple.fr), [appeler](tel:+33320)",
        "[un](https://exemple.fr) et [deux](https://exemple.fr/(x)) [sans lien] (entre parenthèses)",
        "1. un [lien](https://exemple.fr 'titre')",
    ],
)
def test_what_works_in_a_letter_is_not_remarked_on(written: str) -> None:
    assert in_text(written) == []


@pytest.mark.parametrize(
    ("written", "message", "cure"),
    [
        ("[x](https://a.fr/mon fichier.pdf)", "space in the address", "Write [x](https://a.fr/mon%20fichier.pdf)"),
        ("[x](https://a.fr suite", "no closing bracket", "Write [x](https://a.fr)"),
        ("[x] (https://a.fr)", "a space between ] and (", "Write [x](https://a.fr)"),
        ("(https://a.fr)[x]", "the address before the words", "Write [x](https://a.fr)"),
        ("[x](javascript:alert(1))", "only https:, http:, mailto: and tel:", "from https:// on"),
        ("[x](www.a.fr/b)", "does not say https://", "Write https://www.a.fr/b."),
        ("[x](a@exemple.fr)", "mail address without mailto:", "Write mailto:a@exemple.fr"),
        ("[x](/adhesion)", "no whole web address", "from https:// on"),
        ("[x](https//a.fr)", "no whole web address", "from https:// on"),
        ("[x](https://a.fr/<<contact.ID>> b)", "space in the address", "<<contact.ID>>%20b)"),
    ],
)
def test_link_that_readers_could_not_follow_is_told_with_its_line(written: str, message: str, cure: str) -> None:
    [problem] = in_text(f"Voir {written} ce soir")
    assert problem.line == 6
    assert message in problem.message
    assert cure in problem.hint


def test_every_broken_link_of_a_line_is_told() -> None:
    found = in_text("[a](b c), [d](https://exemple.fr), [e](f g) et [h](www.exemple.fr)")
    assert len(found) == 3


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("text: >\n      un\n      <<x y>>\n      trois\n", 6),
        ("text: un\n      <<x y>>\n      trois\n", 5),
        ('text: "un\n\n      <<x y>>"\n', 6),
        ("text: |\n\n      un\n\n      <<x y>>\n", 8),
        ("text: |-\n      un\n      <<x y>>\n", 6),
    ],
)
def test_line_is_that_of_the_words_inside_a_text_of_any_style(text: str, line: int) -> None:
    [problem] = problems(f"subject: x\nblocks:\n  - type: quote\n    {text}")
    assert problem.line == line


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("a@exemple.fr", "without mailto:"),
        ("/adhesion", "no whole web address"),
        ("exemple.fr", "does not say https://"),
        ("javascript:alert(1)", "only https:"),
        ("https://exemple.fr/un fichier", "has a space"),
        ("https://exemple.fr/<<contct.ID>>", "no merge tag"),
    ],
)
def test_link_field_that_leads_nowhere_is_told(written: str, message: str) -> None:
    [problem] = problems(f"subject: x\nblocks:\n  - type: banner\n    button: {{text: y, link: '{written}'}}\n")
    assert problem.field == "blocks[0].button.link"
    assert message in problem.message
    assert problem.hint


def test_link_in_a_line_of_plain_text_is_told() -> None:
    [problem] = problems("subject: x\ntitle: Voir [ici](https://exemple.fr)\nblocks: [{type: divider}]\n")
    assert "cannot hold a link" in problem.message
