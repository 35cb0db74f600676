"""What is proposed to an author can be pasted: all of it at once, and fewer faults are left."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.errors import IssueError, Problem
from apes_mailer.reading.issue import parse_issue

SAMPLE = """\
subject: La lettre de juillet
language: fr
blocks:
  - type: editorial
    heading: Édito
    images:
      - file: semis.jpg
        alt: Des mains dans la terre
    text: |
      Bonjour <<contact.PRENOM>>,
    signature: La coprésidence
  - type: divider
  - type: section
    title: À la une
    articles:
      - title: Trois cents convives
        images: {file: a.jpg, caption: La place}
        text: Une seule nappe
        contact:
          email: ines@exemple.fr
  - type: gallery
    images:
      - file: b.jpg
"""
SLIPS = [
    ("subject: La lettre de", "sujet: La lettre : de"),
    ("blocks:\n", "blocs:\n"),
    ("type: editorial", "type: édito"),
    ("heading: Édito", "heading\u00a0: Édito"),
    ("    images:\n      - file: semis.jpg\n        alt: Des mains dans la terre\n", "    image: semis.jpg\n"),
    ("      - file: semis.jpg\n        alt", "      - fichier: semis.jpg\n        texte alternatif"),
    ("    text: |\n", "    texte: |\n"),
    ("signature: La", "signature: @la"),
    ("- type: divider", "- Filet"),
    ("- type: divider", "- divider:"),
    ("type: section", "type: rubrique"),
    ("    title: À la une", "    titre: [À la une]"),
    ("      - title: Trois", "        titre: Trois"),
    ("{file: a.jpg, caption: La place}", "a.jpg"),
    ("images: {file: a.jpg, caption: La place}", "photo: {fichier: a.jpg, légende: La place}"),
    ("text: Une seule nappe", "texte:\n          - une\n          - nappe"),
    ("contact:\n          email: ines@exemple.fr", "contact: ines@exemple.fr"),
    ("email: ines", "courriel: ines"),
    ("    images:\n      - file: b.jpg", "    photos:\n      - b.jpg"),
    ("    images:\n      - file: b.jpg", "    images: b.jpg"),
]
_PASTE = re.compile(r"Replace lines? (\d+)(?: to (\d+))? with:\n(.*)", re.DOTALL)


def problems(text: str) -> list[Problem]:
    try:
        parse_issue(text, shown="issue.yaml")
    except IssueError as error:
        return error.problems
    return []


def in_blocks(text: str) -> str:
    return f"subject: x\nblocks:\n{text}"


def pasted(text: str, found: list[Problem]) -> str:
    """Do all that is proposed, from the last line to the first; of two for the same lines the later holds."""
    lines = text.split("\n")
    proposals = {
        (int(match[1]), int(match[2] or match[1])): match[3].split("\n")
        for problem in found
        if (match := _PASTE.search(problem.hint)) is not None
    }
    for (first, last), new in sorted(proposals.items(), reverse=True):
        lines[first - 1 : last] = new
    return "\n".join(lines)


def test_sample_has_no_fault_and_each_slip_has() -> None:
    assert problems(SAMPLE) == []
    for old, new in SLIPS:
        assert problems(SAMPLE.replace(old, new)), new


@given(st.lists(st.sampled_from(SLIPS), min_size=1, unique=True))
def test_pasting_all_that_is_proposed_leaves_fewer_faults(slips: list[tuple[str, str]]) -> None:
    text = SAMPLE
    for old, new in slips:
        text = text.replace(old, new)
    found = problems(text)
    after = pasted(text, found)
    assert len(problems(after)) < len(found), after


@pytest.mark.parametrize("slip", SLIPS)
def test_line_to_paste_mends_a_single_slip(slip: tuple[str, str]) -> None:
    text = SAMPLE.replace(*slip)
    for _ in range(2):
        text = pasted(text, problems(text))
    assert [problem.message for problem in problems(text)] == []


def test_value_of_a_wrong_name_is_mended_with_the_name() -> None:
    [problem] = problems(in_blocks("  - type: editorial\n    text: x\n    image: semis.jpg\n"))
    assert problem.message == '"image" is not a field of the editorial'
    assert problem.hint == 'Did you mean "images"? Replace line 5 with:\n    images:\n      - file: semis.jpg'


def test_wrong_names_in_one_line_are_mended_in_one_paste() -> None:
    first, second = problems(in_blocks("  - type: gallery\n    images: {fichier: a.jpg, légende: b}\n"))
    assert first.hint.endswith("Replace line 4 with:\n    images: {file: a.jpg, caption: b}")
    assert second.hint == 'Did you mean "caption"? It is mended in what is to be pasted above.'


def test_lines_that_move_are_given_with_all_that_is_mended_in_them() -> None:
    text = in_blocks("  - type: section\n    title: y\n    articles:\n      titre: z\n      image: b.jpg\n")
    moved, *inside = problems(text)
    assert moved.message == "must be a list, even with one item"
    assert moved.hint == ("Replace lines 6 to 7 with:\n      - title: z\n        images:\n          - file: b.jpg")
    assert all(problem.hint.endswith("pasted above.") for problem in inside)
    assert problems(pasted(text, [moved, *inside])) == []


@pytest.mark.parametrize(
    ("space", "name"), [("\u00a0", "a no-break space (U+00A0)"), ("\u202f", "a narrow no-break space (U+202F)")]
)
def test_space_before_a_colon_that_nobody_sees_is_named(space: str, name: str) -> None:
    [problem] = problems(in_blocks(f"  - type: editorial\n    text{space}: x\n"))
    assert problem.message == f'has {name} before the colon, so that it is not read as "text"'
    assert problem.hint == "Take it away. Replace line 4 with:\n    text: x"
    assert problem.field == "blocks[0].text"


def told(text: str) -> Problem:
    """Return the only problem; what it proposes to paste is sound, or has the fault of another field only."""
    [problem] = problems(text)
    assert problems(pasted(text, [problem])) == []
    return problem


@pytest.mark.parametrize(
    "written",
    [
        "{text: Oui : non, link: https://exemple.fr/a}",
        "{text: Oui : non, link: https://exemple.fr/a",
        "'{text: Oui : non, link: https://exemple.fr/a}'",
    ],
)
def test_braces_that_yaml_cannot_read_become_lines_of_their_own(written: str) -> None:
    problem = told(in_blocks(f"  - type: banner\n    title: x\n    button: {written}\n"))
    assert problem.hint == (
        "Replace line 5 with:\n    button:\n      text: 'Oui : non'\n      link: https://exemple.fr/a"
    )


def test_braces_of_an_item_become_lines_below_its_dash() -> None:
    text = in_blocks("  - type: gallery\n    images:\n      - {file: a.jpg, alt: Ici : là}\n")
    assert told(text).hint == "Replace line 5 with:\n      - file: a.jpg\n        alt: 'Ici : là'"


def test_braces_over_two_lines_become_one_line_for_each_field() -> None:
    text = in_blocks("  - type: banner\n    button: {text: A : b,\n      link: https://exemple.fr/a}\n")
    assert told(text).hint == (
        "Replace lines 4 to 5 with:\n    button:\n      text: 'A : b'\n      link: https://exemple.fr/a"
    )


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("[lien](https://x.org) ici", "    title: 'lien ici'"),
        ("[lien](https://x.org) : ici", "    title: 'lien : ici'"),
        ("Agenda : [lien](https://x.org)", "    title: 'Agenda : lien'"),
    ],
)
def test_line_that_cannot_hold_a_link_is_proposed_with_its_words_only(written: str, line: str) -> None:
    problem = told(in_blocks(f"  - type: quote\n    text: x\n  - type: editorial\n    title: {written}\n    text: y\n"))
    assert problem.message.startswith("cannot hold a link")
    assert problem.hint == f"Replace line 6 with:\n{line}"


@pytest.mark.parametrize("mark", ['"', "'"])
@pytest.mark.parametrize("after", ["", '    text: "Un mot"\n', "    text: y\n"])
def test_quotation_mark_alone_is_told_to_be_empty_and_nothing_else(mark: str, after: str) -> None:
    found = problems(in_blocks(f"  - type: banner\n    title: {mark}\n{after}"))
    assert [(each.line, each.message, each.hint) for each in found] == [
        (4, "is empty: nothing but a quotation mark is written", "Write something after the colon.")
    ]


@pytest.mark.parametrize("name", ["subject: # Notre lettre", "subject:   # Notre lettre"])
def test_text_that_is_a_note_for_yaml_is_given_in_quotes(name: str) -> None:
    problem = told(f"{name}\nblocks:\n  - type: divider\n")
    assert (problem.field, problem.message) == ("subject", "is empty: everything after # is a note for YAML")
    assert problem.hint == "Replace line 1 with:\nsubject: '# Notre lettre'"


def test_note_where_nothing_is_needed_stays_a_note() -> None:
    assert problems("subject: x\ntitle: # plus tard\nblocks:\n  - type: divider\n") == []
