"""Merge tags and links inside the texts of an issue: what would reach readers as it stands is told before."""

from __future__ import annotations

import pytest

from apes_mailer.errors import IssueError, Problem
from apes_mailer.reading.issue import parse_issue


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
    ("written", "meant"),
    [
        ("%%PRENOM%%", "<<contact.PRENOM>>"),
        ("%%firstname%%", "<<contact.PRENOM>>"),
        ("%%unsubscribe%%", "<<unsubscribe>>"),
        ("*|FNAME|*", "<<contact.PRENOM>>"),
        ("*|UNSUB|*", "<<unsubscribe>>"),
        ("*|ARCHIVE|*", "<<browser>>"),
        ("[[data:firstname:'']]", "<<contact.PRENOM>>"),
        ("%FIRSTNAME%", "<<contact.PRENOM>>"),
        ("{PRENOM}", "<<contact.PRENOM>>"),
        ("%%XJ7%%", "<<contact.XJ7>>"),
    ],
)
def test_tag_of_another_service_is_told_with_ours(written: str, meant: str) -> None:
    [problem] = in_text(f"Bonjour {written} !")
    assert problem.line == 6
    assert problem.message == f"{written} is a merge tag of another service"
    assert problem.hint == f"Did you mean {meant}?"


@pytest.mark.parametrize("written", ["{% if contact.NOM %}", "*|IF:FNAME|*", "*|END:IF|*"])
def test_command_of_another_service_is_told(written: str) -> None:
    [problem] = in_text(f"Bonjour {written} !")
    assert problem.message == f"{written} is a command of another service"


@pytest.mark.parametrize(
    "written",
    [
        "{{ contact.FIRSTNAME | default : 'ami' }}",
        '{{contact.prenom|default("ami")}}',
        '<<contact.PRENOM|default: "ami">>',
    ],
)
def test_fallback_as_another_service_writes_it_is_told_with_ours(written: str) -> None:
    [problem] = in_text(f"Bonjour {written} !")
    assert problem.hint == "Write <<contact.PRENOM|ami>>."


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
        "20% de remise, 30% de plus, 100%%, 5 *|* 3, {A}, {TVA}, [[1]], {x}",
        "[le plan](https://exemple.fr/plan.pdf) et [la page](https://exemple.fr/page.html#haut)",
        r"Venez \\![ici](https://exemple.fr)",
        "Venez ! [ici](https://exemple.fr)",
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


@pytest.mark.parametrize(
    "address",
    [
        "programme.pdf",
        "album.html",
        "Programme de juin.PDF",
        "docs/semaine.docx",
        "./a.zip",
        "../a.odt",
        "/telechargements/a.pdf#page=2",
        "C:\\Users\\a\\b.pdf",
    ],
)
def test_name_of_a_file_is_not_taken_for_a_web_address(address: str) -> None:
    found = [
        *in_text(f"Voir [le programme]({address}) ce soir"),
        *problems(f"subject: x\nblocks:\n  - type: banner\n    button: {{text: y, link: '{address}'}}\n"),
    ]
    assert len(found) == 2
    for problem in found:
        assert "names a file, and a letter can only link to the web" in problem.message
        assert problem.hint == "Put the file online and write its address, from https:// on."


@pytest.mark.parametrize("address", ["exemple.fr/plan.pdf", "www.exemple.fr/a.html", "exemple.fr", "www.exemple.pages"])
def test_web_address_without_its_scheme_is_given_with_it(address: str) -> None:
    [problem] = in_text(f"Voir [le programme]({address}) ce soir")
    assert problem.hint == f"Write https://{address}."


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("![Des mains](images/semis.jpg)", "      - file: semis.jpg\n        alt: 'Des mains'"),
        ("![L'été](semis.jpg 'titre')", '      - file: semis.jpg\n        alt: "L\'été"'),
        ("![image](https://exemple.fr/a.png?w=300)", "      - file: a.png"),
        ("![](mon image.png)", "      - file: 'mon image.png'"),
        ("![<<contact.NOM>>](a.png)", "      - file: a.png\n        alt: '<<contact.NOM>>'"),
    ],
)
def test_picture_in_a_text_is_told_with_the_lines_that_show_it(written: str, lines: str) -> None:
    text = f"subject: x\nblocks:\n  - type: editorial\n    text: |\n      un\n      Voir {written} ici\n"
    [problem] = problems(text)
    assert problem.line == 6
    assert problem.message == f"{written} is not shown as a picture: none can stand inside a text"
    assert problem.hint.endswith(f"or add to the images: that are there:\n    images:\n{lines}")
    mended = text.replace(written, "") + problem.hint.partition(":\n")[2] + "\n"
    assert problems(mended) == []


def test_picture_in_a_block_without_pictures_is_told_without_lines_that_it_refuses() -> None:
    [problem] = in_text("![a](b.png)")
    assert "in a block that has images:, such as an article" in problem.hint


def test_exclamation_mark_glued_to_a_link_is_told_apart_from_a_picture() -> None:
    [problem] = in_text("Venez![ici](https://exemple.fr)")
    assert problem.hint.startswith("If ! ends a sentence before a link, write a space behind it.")


def test_picture_in_a_line_of_plain_text_is_told() -> None:
    [problem] = problems("subject: x\ntitle: '![a](https://exemple.fr/b.png)'\nblocks: [{type: divider}]\n")
    assert "shown as it is written" in problem.message


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
