"""YAML as an author writes it: every value stays the text it was, every fault comes with the line to paste."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.errors import Problem
from apes_mailer.reading.issue import words
from apes_mailer.reading.yaml import tree
from apes_mailer.reading.yaml.read import YamlText, read_yaml
from apes_mailer.reading.yaml.tree import Fields, Scalar


@pytest.fixture(params=["libyaml", "pure Python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test with both parsers that may be there."""
    if request.param == "pure Python":
        monkeypatch.setattr(tree, "_Loader", yaml.SafeLoader)


def read(text: str) -> YamlText:
    return read_yaml(text, shown="issue.yaml", words=words())


def values(text: YamlText) -> dict[str, str]:
    """Return the fields of a flat file; lists and groups are left out."""
    assert isinstance(text.root, Fields)
    pairs = [(key, value) for key, value in text.root.entries if isinstance(value, Scalar)]
    return {key.text: value.text for key, value in pairs if isinstance(key, Scalar)}


def pasted(text: str, problem: Problem) -> str:
    """Do what a problem says: replace its lines by those that it gives."""
    match = re.search(r"Replace lines? (\d+)(?: to (\d+))? with:\n(.*)", problem.hint, re.DOTALL)
    assert match is not None, problem
    lines = text.split("\n")
    first, last = int(match[1]), int(match[2] or match[1])
    return "\n".join([*lines[: first - 1], *match[3].split("\n"), *lines[last:]])


@pytest.mark.parametrize(
    "value",
    [
        "0320",
        "non",
        "oui",
        "yes",
        "2025",
        "1.0",
        "1e3",
        "0x1F",
        "2025-10-02",
        "12:30",
        "Null",
        "1_000",
        ".5",
        "+33 6",
        "=",
    ],
)
def test_value_that_looks_like_something_else_stays_the_text_that_was_written(value: str) -> None:
    text = read(f"title: {value}\n")
    assert values(text) == {"title": value}
    assert text.problems == []


@pytest.mark.parametrize("value", ["", "null", "~", " # à compléter"])
def test_value_that_says_nothing_is_nothing(value: str) -> None:
    text = read(f"title: {value}\nsubject: x\n")
    assert isinstance(text.root, Fields)
    scalar = text.root.entries[0][1]
    assert isinstance(scalar, Scalar)
    assert scalar.is_null


MISREAD = [
    ("Atelier : comment faire", "'Atelier : comment faire'"),
    ("Au programme :", "'Au programme :'"),
    ("L'atelier : comment faire", '"L\'atelier : comment faire"'),
    ('L\'atelier : dire "oui"', "'L''atelier : dire \"oui\"'"),
    ("a: b # une note", "'a: b' # une note"),
    ('"Vélos" en fête', "'\"Vélos\" en fête'"),
    ('"Vélos" et "Trains"', '\'"Vélos" et "Trains"\''),
    ('"Il dit "oui" à tout"', "'Il dit \"oui\" à tout'"),
    ("'L'été arrive'", '"L\'été arrive"'),
    ("'A' et 'B'", "\"'A' et 'B'\""),
    ('"Vélos en fête', "'Vélos en fête'"),
    ('"50\\% de moins"', "'50\\% de moins'"),
    ("@grandsemis", "'@grandsemis'"),
    ("`code`", "'`code`'"),
    ("%moins cher", "'%moins cher'"),
    ("*Nouveau* programme", "'*Nouveau* programme'"),
    ("**Gras** et net", "'**Gras** et net'"),
    ("*Nouveau", "'*Nouveau'"),
    ("&co et compagnie", "'&co et compagnie'"),
    ("& compagnie", "'& compagnie'"),
    ("! Attention", "'! Attention'"),
    ("!Attention ce soir", "'!Attention ce soir'"),
    ("!", "'!'"),
    ("[Le site](https://exemple.fr) est là", "'Le site est là'"),
    ("{{contact.PRENOM}}, bonjour", "'{{contact.PRENOM}}, bonjour'"),
    ("- un tiret", "'- un tiret'"),
    ("? Pourquoi", "'? Pourquoi'"),
    (", virgule", "', virgule'"),
    ("] crochet", "'] crochet'"),
    (">50 % de moins", "'>50 % de moins'"),
    ("|2025", "'|2025'"),
    ("#ESS en fête", "'#ESS en fête'"),
    ("Semaine de l'ESS #solidarité", '"Semaine de l\'ESS #solidarité"'),
    ("Semaine #ESS # une note", "'Semaine #ESS' # une note"),
    ('"Semaine" #ESS', "'\"Semaine\" #ESS'"),
]


@pytest.mark.parametrize(("written", "corrected"), MISREAD)
def test_value_that_yaml_misreads_comes_with_the_line_to_paste(written: str, corrected: str) -> None:
    text = f"subject: x\ntitle: {written}\ntheme: apes\n"
    result = read(text)
    [problem] = result.problems
    assert problem.line == 2
    assert problem.file == "issue.yaml"
    assert problem.hint == f"Replace line 2 with:\ntitle: {corrected}"
    assert read(pasted(text, problem)).problems == []
    assert values(read(pasted(text, problem))) == values(result)


@pytest.mark.parametrize(
    ("written", "corrected", "meant"),
    [
        ("text: Venez\n  ce soir : oui\n", "text: |\n  Venez\n  ce soir : oui", "Venez\nce soir : oui\n"),
        ("text: | Venez\n  ce soir\n", "text: |\n  Venez\n  ce soir", "Venez\nce soir\n"),
        ("text: > Venez\n", "text: |\n  Venez", "Venez\n"),
        ("text:\n  Note : venez\n  ce soir\n", "text: |\n  Note : venez\n  ce soir", "Note : venez\nce soir\n"),
        (
            "text: Au menu :\n  - soupe\n  - pain\n",
            "text: |\n  Au menu :\n  - soupe\n  - pain",
            "Au menu :\n- soupe\n- pain\n",
        ),
        ("text: Venez\n  #ESS ce soir\n", "text: |\n  Venez\n  #ESS ce soir", "Venez\n#ESS ce soir\n"),
        ("text: #ESS\n  ce soir\n", "text: |\n  #ESS\n  ce soir", "#ESS\nce soir\n"),
    ],
)
def test_value_of_several_lines_becomes_a_block_of_text(written: str, corrected: str, meant: str) -> None:
    text = f"{written}title: x\n"
    result = read(text)
    [problem] = result.problems
    assert problem.hint.endswith(f"with:\n{corrected}")
    assert values(result) == {"text": meant, "title": "x"}
    assert read(pasted(text, problem)).problems == []


@pytest.mark.parametrize(
    ("written", "line", "corrected"),
    [
        ("title:Bonjour\ntext: x\n", 1, "title: Bonjour"),
        ("subject: a\nlink:x\n", 2, "link: x"),
        ("title:\u00a0Bonjour\ntext: x\n", 1, "title: Bonjour"),
        ("title Bonjour\ntext: x\n", 1, "title: Bonjour"),
        ("title = Bonjour\ntext: x\n", 1, "title: Bonjour"),
        ("blocks:\n  -type: divider\n", 2, "  - type: divider"),
        ("blocks:\n  – type: divider\n", 2, "  - type: divider"),
        ("blocks:\n  - type: quote\n   text: x\n", 3, "    text: x"),
        ("blocks:\n  - type: quote\n    author: x\n      text: y\n", 4, "    text: y"),
        ("blocks:\n  - type: quote\n  text: y\n  - type: divider\n", 3, "    text: y"),
        ("title: a\n\u00a0text: b\n", 2, " text: b"),
        ("text: |\n  a\nb\nc\ntitle: x\n", 3, "  b\n  c"),
        ("text: |\na\n\n  b\ntitle: x\n", 2, "  a"),
        ("text: |\na\n\nb : c\ntitle: x\n", 2, "  a\n\n  b : c"),
        ("blocks:\n  ! - type: divider\n  - type: divider\n", 2, "  - type: divider"),
        ("text: un\ndeux\ntitle: x\n", 2, "  deux"),
        ("text: |\n    un\n\n  #ESS\ntitle: x\n", 4, "    #ESS"),
    ],
)
def test_slip_in_a_line_comes_with_the_line_to_paste(written: str, line: int, corrected: str) -> None:
    result = read(written)
    problem = result.problems[0]
    assert problem.line == line
    assert problem.hint.endswith(f"with:\n{corrected}")
    assert result.readable


def test_correction_that_a_later_one_holds_is_given_once() -> None:
    text = 'subject: "Oui\nnon\ntitle: x\n'
    first, second = read(text).problems
    assert first.hint == "It is mended in what is to be pasted for line 2."
    assert second.hint == "Replace lines 1 to 2 with:\nsubject: |\n  'Oui'\n  non"
    assert read(pasted(text, second)).problems == []


def test_tabs_are_named_once_for_the_whole_file() -> None:
    result = read("blocks:\n\t- type: quote\n\t  text: Oui : non\n\t- type: divider\n")
    tabs, colon = result.problems
    assert (tabs.line, colon.line) == (2, 3)
    assert "and so are 2 more below" in tabs.message
    assert tabs.hint.endswith("becomes:\n  - type: quote")
    assert colon.hint.endswith("    text: 'Oui : non'")


@pytest.mark.parametrize("blank", ["\t", "\t ", " \t"])
@pytest.mark.parametrize(
    ("above", "slipped", "column"),
    [
        ("date: 2027-01-12", "theme: apes", 0),
        ("blocks:\n  - type: quote", "text: Semer, puis attendre", 4),
        ("blocks:\n  - type: editorial\n    heading: Édito", "title: Semer", 4),
    ],
)
def test_tab_that_slipped_in_before_a_field_is_named_and_the_field_put_where_it_belongs(
    blank: str, above: str, slipped: str, column: int
) -> None:
    text = f"{above}\n{blank}{slipped}\n"
    [problem] = read(text).problems
    assert problem.line == above.count("\n") + 2
    assert "is indented with a tab" in problem.message
    assert problem.hint.split("\n")[-1] == " " * column + slipped


def test_tab_after_a_colon_or_on_an_empty_line_is_no_fault() -> None:
    assert read("title: a\n\t\nsubject: b\n").problems == []


def test_comment_inside_a_text_is_named_as_what_ends_it() -> None:
    result = read("text: |\n  un\n# à revoir\n\n  deux\ntitle: x\n")
    [problem] = result.problems
    assert problem.line == 3
    assert "comment inside the text" in problem.message


def test_line_that_belongs_to_nothing_does_not_hide_what_follows() -> None:
    result = read("bla bla\nsubject: Oui : non\n")
    assert [(problem.line, problem.message) for problem in result.problems] == [
        (1, "belongs to no field"),
        (2, "holds a colon and a space, which start a new field for YAML"),
    ]


def test_quotation_mark_closed_by_that_of_a_later_field_is_found() -> None:
    result = read('title: "Vélos\nsubject: "Oui"\ntext: "a" b\n')
    assert [problem.line for problem in result.problems] == [1, 3]
    assert values(result) == {"title": "Vélos", "subject": "Oui", "text": '"a" b'}


def test_quotation_mark_that_swallows_fields_without_an_error_of_yaml_is_found() -> None:
    result = read('title: "Vélos\nsubject: "#ESS"\n')
    assert values(result) == {"title": "Vélos", "subject": "#ESS"}
    assert [problem.line for problem in result.problems] == [1]


def test_many_faults_are_reported_at_once() -> None:
    wrong = [f"title: {written}" for written, _ in MISREAD]
    result = read("".join(f"- {line}\n" for line in wrong))
    assert sorted({problem.line or 0 for problem in result.problems}) == list(range(1, len(wrong) + 1))


@pytest.mark.parametrize("mark", ["---", "...", "--- suite"])
def test_document_mark_would_cut_the_issue_and_is_named(mark: str) -> None:
    result = read(f"title: a\n{mark}\nsubject: b\n")
    assert result.problems[0].line == 2
    assert "all below would be lost" in result.problems[0].message
    assert values(result)["subject"] == "b" or "suite" in mark


def test_document_marks_at_both_ends_are_no_fault() -> None:
    assert read("# une note\n---\ntitle: a\n...\n\n").problems == []


@pytest.mark.parametrize(
    "text",
    [
        "images: &photos\n  - file: a.jpg\n",
        "images: !!seq\n  - file: a.jpg\n",
        "<<: *photos\n",
    ],
)
def test_labels_types_and_references_are_refused(text: str) -> None:
    [problem] = read(text).problems
    assert problem.line == 1
    assert problem.hint


@pytest.mark.parametrize(
    "text",
    [
        "title: a # une note\nsubject: b\n",
        "images: #photos\n  - file: a.jpg\n",
        "title: a\n#subject: b\ntext: c\n",
        "title: https://exemple.fr/#ici\n",
        "title: n°#1\n",
        "text: |\n  #ESS\n  # titre\n",
        'title: "a #b"\n',
        "contact:\n  name: x\n  #phone: y\n",
        'images: [{file: a.jpg, alt: "x # y"}, {file: b.jpg}]\n',
        "blocks:\n- type: divider\n- type: divider\n",
        'title: "un\n  deux"\n',
    ],
)
def test_what_yaml_reads_as_meant_is_no_fault(text: str) -> None:
    assert read(text).problems == []


@pytest.mark.parametrize(
    ("character", "word"),
    [("\x00", "control"), ("\x07", "control"), ("\x92", "probably ’"), ("\u2028", "line break"), ("\ud83d", "half")],
)
def test_character_that_no_letter_can_show_is_named_with_its_line(character: str, word: str) -> None:
    result = read(f"title: a\ntext: b{character}c\nsubject: d : e\n")
    first, second = result.problems
    assert (first.line, second.line) == (2, 3)
    assert word in first.message
    assert character not in first.hint


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_byte_order_mark_and_any_line_ends_are_accepted(newline: str) -> None:
    result = read(newline.join(["\ufefftitle: a", "text: |", "  b", "  c", "subject: d : e"]))
    assert values(result) == {"title": "a", "text": "b\nc\n", "subject": "d : e"}
    assert [problem.line for problem in result.problems] == [5]


def test_nesting_beyond_any_letter_is_refused() -> None:
    [problem] = read("title: " + "[" * 2000).problems[:1]
    assert problem.line == 1


def test_text_beyond_repair_still_names_its_line() -> None:
    result = read("title: a\n  - type: divider\nsubject: b\n")
    assert not result.readable
    assert result.problems[-1].line == 2
    assert "name of its list" in result.problems[-1].hint


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_in_double_quotes_comes_back_as_it_was(text: str) -> None:
    dumped = yaml.safe_dump({"title": text}, default_style='"', allow_unicode=True)
    assert values(read(dumped)) == {"title": text}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff")))
def test_text_in_the_quotes_that_are_proposed_comes_back_as_it_was(text: str) -> None:
    from apes_mailer.reading.yaml.entry import quoted

    result = read(f"title: {quoted(text)}\n")
    assert values(result) == {"title": text}
    assert result.problems == []
