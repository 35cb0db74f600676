"""An issue file is read into typed values, or every fault in it is told at once: line, field, what, cure."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.errors import IssueError, Problem
from apes_mailer.model.issue import Editorial, Events, Section
from apes_mailer.model.text import Line
from apes_mailer.reading.issue import ParsedIssue, parse_issue

SAMPLE = """\
# La lettre de juillet
subject: 'Juillet : ce qui a germé'
preheader: <<contact.PRENOM|Bonjour>>, on passe à table
date: 2025-07-03
blocks:
  - type: editorial
    note: relu par Maëlle
    heading: Édito
    images:
      file: semis.jpg
      decorative: oui
    text: |
      Bonjour <<contact.PRENOM>>,

      Voici [notre lettre](https://exemple.fr/lettre) et son **programme**.
    signature: La coprésidence
  - type: section
    title: À la une
    columns: 2
    articles:
      - title: 0320 au bout du fil
        contact: {name: Inès, email: ines@exemple.fr, phone: 03 20}
        buttons:
          - text: S'inscrire
            link: https://exemple.fr/inscription?a=1&b=2#haut
  - type: events
    title: Agenda
    events:
      - title: Atelier
        date: 2025-10-02
        time: 9 h 30
"""


def parse(text: str) -> ParsedIssue:
    return parse_issue(text, shown="campaigns/x/issue.yaml")


def problems(text: str) -> list[Problem]:
    with pytest.raises(IssueError) as caught:
        parse(text)
    return caught.value.problems


def block(text: str) -> str:
    """Return an issue with one block, whose first line is line 3."""
    return f"subject: x\nblocks:\n{text}"


def test_sample_is_read_into_typed_values() -> None:
    issue = parse(SAMPLE).issue
    editorial, section, events = issue.blocks
    assert isinstance(editorial, Editorial)
    assert isinstance(section, Section)
    assert isinstance(events, Events)
    assert issue.subject == "Juillet : ce qui a germé"
    assert issue.date == dt.date(2025, 7, 3)
    assert editorial.images[0].decorative
    assert section.columns == 2
    assert section.articles[0].title == "0320 au bout du fil"
    assert events.events[0].date == dt.date(2025, 10, 2)


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("subject", 2),
        ("blocks", 5),
        ("blocks[0]", 6),
        ("blocks[0].images", 9),
        ("blocks[0].images[0].file", 10),
        ("blocks[1].articles[0].title", 21),
        ("blocks[1].articles[0].contact.phone", 22),
        ("blocks[1].articles[0].buttons[0].link", 25),
        ("blocks[1].articles[0].text", 21),
        ("blocks[2].events[7].title", 28),
        ("title", None),
    ],
)
def test_line_is_that_of_the_field_or_of_the_nearest_known_one_around_it(field: str, line: int | None) -> None:
    assert parse(SAMPLE).line(field) == line


@pytest.mark.parametrize(
    ("text", "line", "field", "message", "cure"),
    [
        ("titre: y\n", 3, "titre", "not a field of the issue", 'Did you mean "title"? Replace line 3 with:\ntitle: y'),
        ("Objet: y\n", 3, "Objet", "not a field", "The fields here are"),
        (
            "machin: y\n",
            3,
            "machin",
            "not a field",
            "subject, preheader, title, language, date, contents, theme, correction_of and blocks",
        ),
        ("Note bien: venez\n", 3, "Note bien", "not a field", "If this is text, indent it"),
        ("subject: y\n", 3, "subject", "written twice, first on line 1", "Keep one"),
        ("date: 2 octobre 2025\n", 3, "date", "not how a date", "Write 2025-10-02."),
        ("date: jeudi 1er mai 2025\n", 3, "date", "not how a date", "Write 2025-05-01."),
        ("date: 02/10/2025\n", 3, "date", "not how a date", "Write 2025-10-02."),
        ("date: 2025-06-31\n", 3, "date", "does not exist", "Correct"),
        ("date: 2025\n", 3, "date", "is no date", "2025-10-02"),
        ("date: [2025]\n", 3, "date", "is a list", "after the colon"),
        ("language: français\n", 3, "language", "none of the choices", "Write fr."),
        ("language: de\n", 3, "language", "none of the choices", "Write fr or en."),
        ("theme: Été\n", 3, "theme", "not allowed here", 'Did you mean "ete"? Use small letters'),
        ("theme: Apes\n", 3, "theme", "not allowed here", 'Did you mean "apes"?'),
        ("subjet:\n", 3, "subjet", "not a field", "The fields here are"),
        ("theme: ''\n", 3, "theme", "not allowed here", "Use small letters"),
        ("title: ''\n", 3, "title", "is empty", "Write something or remove the line."),
        ('title: "a\\x07b"\n', 3, "title", "control character", "Type the text again."),
        ("title:\n  - un\n  - deux\n", 3, "title", "is a list", "title: |\n  - un\n  - deux"),
        ("title:\n- un\n- deux\n", 3, "title", "is a list", "title: |\n  - un\n  - deux"),
        ("title:\n  un: deux\n", 3, "title", "is a group of fields", "title: |\n  un: deux"),
        ("title: {{contact.PRENOM}}\n", 3, "title", "because of the {", "title: '{{contact.PRENOM}}'"),
        ("title: [Complet]\n", 3, "title", "because of the [", "title: '[Complet]'"),
        ("{{contact.PRENOM}}: bonjour\n", 3, "", "no name of a field", "put it in quotes"),
    ],
)
def test_fault_at_the_top_names_line_field_and_cure(text: str, line: int, field: str, message: str, cure: str) -> None:
    [problem] = problems(f"subject: x\nblocks: [{{type: divider}}]\n{text}")
    assert (problem.line, problem.field) == (line, field)
    assert problem.file == "campaigns/x/issue.yaml"
    assert message in problem.message
    assert cure in problem.hint


@pytest.mark.parametrize(
    ("text", "line", "field", "message", "cure"),
    [
        ("  - text: y\n    titre: z\n    images: []\n", 3, "blocks[0]", '"type" is missing', "Start it with type:"),
        ("  - author: y\n    text: z\n", 3, "blocks[0]", '"type" is missing', 'Add a line "type: quote".'),
        ("  - type:\n", 3, "blocks[0]", '"type" is missing', "banner, editorial, section"),
        ("  - type: edito\n    text: y\n", 3, "blocks[0].type", "no kind of block", "  - type: editorial"),
        ("  - type: Rendez-vous\n    title: y\n    events: []\n", 3, "blocks[0].type", "no kind of", "events"),
        ("  - type: machin\n    truc: y\n", 3, "blocks[0].type", "no kind of block", "There are banner, editorial"),
        ("  - divider\n", 3, "blocks[0]", 'the text "divider"', "Replace line 3 with:\n  - type: divider"),
        ("  - Bandeau # le premier\n", 3, "blocks[0]", "the text", "  - type: banner # le premier"),
        ("  - bonjour à vous\n", 3, "blocks[0]", '"type" is missing', "Start it with type:"),
        ("  -\n", 3, "blocks[0]", "is empty", "Write its fields"),
        ("  - type: quote\n", 3, "blocks[0].text", '"text" is missing', 'starts with "text: "'),
        ("  - type: quote\n    text:\n", 4, "blocks[0].text", "is empty", "after the colon"),
        ("  - type: section\n    title: y\n    articles: []\n", 5, "blocks[0].articles", "empty list", "at least one"),
        ("  - type: section\n    title: y\n    articles: z\n", 5, "blocks[0].articles", "is text", "      - title: z"),
        (
            "  - type: section\n    title: y\n    articles:\n      title: z\n",
            6,
            "blocks[0].articles",
            "must be a list",
            "      - title: z",
        ),
        ("  - divider:\n", 3, "blocks[0]", '"type" is missing', "Replace line 3 with:\n  - type: divider"),
        ("  - Verbatim:\n    text: x\n", 3, "blocks[0]", '"type" is missing', "with:\n  - type: quote"),
        ("  - type: gallery\n", 3, "blocks[0].images", "missing", 'Add a line "images:" and below it'),
        ("  - type: gallery\n    images:\n", 4, "blocks[0].images", "is empty", 'each starting with "- file: "'),
        ("  - type: quote\n    text: ''\n", 4, "blocks[0].text", "is empty", "Write something after the colon."),
        (
            "  - type: gallery\n    images:\n      - file: a.jpg\n        alt: ''\n",
            6,
            "blocks[0].images[0].alt",
            "is empty",
            "write instead of this line: decorative: true",
        ),
        ("  - type: banner\n    button: y\n", 4, "blocks[0].button", 'is the text "y"', "text and link"),
        ("  - type: banner\n    button: [a]\n", 4, "blocks[0].button", "only be one", "Take away the dash"),
        ("  - type: banner\n    title: y\n    articles: z\n", 5, "blocks[0].articles", "of the banner", "type, title"),
    ],
)
def test_fault_in_a_block_names_line_field_and_cure(text: str, line: int, field: str, message: str, cure: str) -> None:
    problem = problems(block(text))[0]
    assert (problem.line, problem.field) == (line, field)
    assert message in problem.message
    assert cure in problem.hint


@pytest.mark.parametrize(
    ("french", "name"),
    [
        ("Texte", "text"),
        ("légende", "caption"),
        ("lien", "link"),
        ("décoratif", "decorative"),
        ("text alternatif", "alt"),
    ],
)
def test_french_name_of_a_field_is_understood_for_the_cure(french: str, name: str) -> None:
    image = "  - type: gallery\n    images:\n      - file: a.jpg\n"
    text = block(f"{image}        {french}: x\n" if name != "text" else f"{image}    {french}: x\n")
    assert f'Did you mean "{name}"?' in problems(text)[0].hint


def event(lines: str) -> list[Problem]:
    """Return what is told of an event; the lines start with line 8."""
    head = "  - type: events\n    title: a\n    events:\n      - title: b\n        date: 2027-03-05\n"
    try:
        parse(block(f"{head}        {lines}\n"))
    except IssueError as error:
        return error.problems
    return []


def test_event_that_ends_before_its_first_day_is_told_with_the_days_in_order() -> None:
    [problem] = event("end_date: 2027-03-01")
    assert (problem.line, problem.field) == (8, "blocks[0].events[0].end_date")
    assert problem.message == "is before the date of the event, 2027-03-05"
    assert problem.hint == "Write date: 2027-03-01 and end_date: 2027-03-05, or correct the year."


@pytest.mark.parametrize("time", ["14 h 30 - 9 h", "17:00 à 16:30", "de 10 h 30 – 10 h", "9 h - 12 h, 17 h - 14 h"])
def test_event_that_ends_before_its_first_hour_is_told(time: str) -> None:
    [problem] = event(f"time: {time}")
    assert problem.field == "blocks[0].events[0].time"
    assert problem.message.startswith("ends before it begins")
    assert problem.hint == "Exchange the two hours, or give the last day in end_date."


@pytest.mark.parametrize("time", ["25 h 70", "9 h 75", "24:30", "de 9 h 30 à 25 h 00"])
def test_time_that_is_on_no_clock_is_told(time: str) -> None:
    [problem] = event(f"time: '{time}'")
    assert problem.field == "blocks[0].events[0].time"
    assert problem.message.endswith("is on no clock")
    assert problem.hint == "Write it as 9 h 30."


@pytest.mark.parametrize(
    "lines",
    [
        "end_date: 2027-03-05",
        "time: 18 h - 24 h 00",
        "time: 30 h de formation",
        "end_date: 2027-03-06\n        time: 14 h - 9 h",
        "time: 9 h 30 - 12 h",
        "time: 20 h - 2 h",
        "time: 18 h 30 - 0 h 30",
        "time: 21 h - 8 h",
        "time: 9 h - 12 h et 14 h - 17 h",
        "time: 10:30 - 9:30 pm",
        "time: à partir de 18 h",
        "time: 14 h (accueil dès 13 h 30)",
    ],
)
def test_event_whose_end_may_be_meant_is_not_remarked_on(lines: str) -> None:
    assert event(lines) == []


def test_banner_that_says_nothing_is_told() -> None:
    found = problems(block("  - type: banner\n  - type: banner\n    note: à écrire\n"))
    assert [(each.line, each.field, each.message) for each in found] == [
        (3, "blocks[0]", "says nothing"),
        (4, "blocks[1]", "says nothing"),
    ]
    assert {each.hint for each in found} == {"Give it a title, a text or a button."}


def test_lone_picture_name_is_wrapped_into_its_field() -> None:
    [problem] = problems(block("  - type: editorial\n    text: x\n    images: velos.jpg\n"))
    assert problem.hint == "Replace line 5 with:\n    images:\n      - file: velos.jpg"


def test_list_of_mere_picture_names_is_wrapped_item_by_item() -> None:
    first, second = problems(block("  - type: gallery\n    images:\n      - a.png\n      - b.png\n"))
    assert first.hint == "Replace line 5 with:\n      - file: a.png"
    assert second.hint == "Replace line 6 with:\n      - file: b.png"


def test_list_where_the_lines_do_not_show_what_was_meant_is_told_without_a_line_to_paste() -> None:
    [problem] = problems(block("  - {type: quote, text: [a, b]}\n"))
    assert (problem.line, problem.field) == (3, "blocks[0].text")
    assert "text belongs here" in problem.message


def test_text_in_place_of_all_blocks_is_told() -> None:
    [problem] = problems("subject: x\nblocks: Bonjour\n")
    assert '"- type: …"' in problem.hint


def test_blocks_without_a_dash_are_told_with_the_dash_in_place() -> None:
    [problem] = problems("subject: x\nblocks:\n  type: quote\n  text: |\n    a\n")
    assert problem.hint == "Replace lines 3 to 5 with:\n  - type: quote\n    text: |\n      a"


def test_name_without_a_colon_above_its_list_is_told() -> None:
    [problem] = problems("subject: x\nblocks\n  - type: divider\n")
    assert problem.hint == "Replace line 2 with:\nblocks:"


def test_file_full_of_faults_is_cut_short() -> None:
    with pytest.raises(IssueError) as caught:
        parse("".join(f"x{number}: a : b\n" for number in range(50)) + "truc: y\n" * 600)
    assert len(caught.value.problems) == 200
    assert "mend these first" in str(caught.value)


def test_one_slip_neither_hides_the_next_nor_is_told_twice() -> None:
    found = problems(block("  - type: rubrique\n    titre: y\n    articles:\n      - titre: z\n        columns: 2\n"))
    assert [(problem.line, problem.field) for problem in found] == [
        (3, "blocks[0].type"),
        (4, "blocks[0].titre"),
        (6, "blocks[0].articles[0].titre"),
        (7, "blocks[0].articles[0].columns"),
    ]


def test_faults_of_yaml_of_the_schema_and_of_the_words_come_together_in_the_order_of_lines() -> None:
    found = problems(
        "subject: Oui : non\n"
        "preheader: <<prenom>>\n"
        "blocks:\n"
        "  - type: editorial\n"
        "    text: |\n"
        "      un\n"
        "      [ici](https://exemple.fr/mon fichier)\n"
        "    titre: @moi\n"
        "    images: {file: ../a.jpg}\n"
    )
    assert [problem.line for problem in found] == [1, 2, 7, 8, 8, 9]
    assert [problem.field for problem in found[:4]] == ["subject", "preheader", "blocks[0].text", "blocks[0].title"]
    assert all(problem.hint for problem in found)


def test_no_message_is_pydantics_own() -> None:
    text = block("  - type: gallery\n    images: x\n  - [a]\n  - type: {a: b}\n  - type: quote\n    text: [a, b]\n")
    for problem in problems(text):
        assert not re.search(r"Input|should|valid dictionary|instance|Field required", str(problem))


@pytest.mark.parametrize("text", ["", "\n\n", "# rien\n", "null\n"])
def test_empty_file_is_told_so(text: str) -> None:
    [problem] = problems(text)
    assert "is empty" in problem.message


@pytest.mark.parametrize("text", ["Bonjour\n", "- a\n- b\n"])
def test_file_without_fields_is_told_so(text: str) -> None:
    problem = problems(text)[0]
    assert problem.line == 1
    assert "subject" in problem.hint


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<{[«‹"), min_size=1))
def test_any_subject_in_quotes_is_kept(text: str) -> None:
    dumped = yaml.safe_dump({"subject": text, "blocks": [{"type": "divider"}]}, default_style='"', allow_unicode=True)
    if text.strip():
        assert parse(dumped).issue.subject == Line.parse(text)


def test_flow_style_and_single_items_without_a_dash_are_read() -> None:
    issue = parse("{subject: x, blocks: [{type: editorial, text: y, images: {file: a.jpg, alt: b}}]}").issue
    editorial = issue.blocks[0]
    assert isinstance(editorial, Editorial)
    assert editorial.images[0].alt == "b"
