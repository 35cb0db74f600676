"""Audiences as an author writes them, and what is told of the slips."""

from __future__ import annotations

import pytest

from apes_mailer.errors import IssueError
from apes_mailer.reading.issue import ParsedIssue, parse_issue

HEAD = "subject: Bonjour\nblocks:\n  - type: editorial\n    text: Bonjour\n"


def parsed(lines: str) -> ParsedIssue:
    """An issue whose only block has these lines too."""
    return parse_issue(HEAD + lines, shown="issue.yaml")


@pytest.mark.parametrize(
    ("lines", "audience"),
    [
        ("    audience: {territoire: [Aisne, Somme]}\n", {"territoire": ["Aisne", "Somme"]}),
        ("    audience: {territoire: Aisne}\n", {"territoire": ["Aisne"]}),
        ("    audience:\n      territoire:\n        - Aisne\n        - Somme\n", {"territoire": ["Aisne", "Somme"]}),
        (
            "    audience:\n      territoire: Aisne\n      Adhérent: oui\n",
            {"territoire": ["Aisne"], "Adhérent": ["oui"]},
        ),
        ("    audience: {code_postal: [02000, oui, 2027-01-01]}\n", {"code_postal": ["02000", "oui", "2027-01-01"]}),
    ],
)
def test_audience_is_read_as_it_is_written(lines: str, audience: dict[str, list[str]]) -> None:
    assert parsed(lines).issue.blocks[0].audience == audience


def test_each_value_has_its_line() -> None:
    found = parsed("    audience:\n      territoire:\n        - Aisne\n        - Somme\n")
    assert found.line("blocks[0].audience") == 5
    assert found.line("blocks[0].audience.territoire") == 6
    assert found.line("blocks[0].audience.territoire[1]") == 8


@pytest.mark.parametrize(
    ("lines", "line", "field", "message"),
    [
        ("    audience:\n", 5, "audience", "is empty, and would be for everybody"),
        ("    audience: {}\n", 5, "audience", "names nobody"),
        ("    audience: {territoire: }\n", 5, "audience", "names nobody"),
        ("    audience:\n      territoire: []\n", 5, "audience", "names nobody"),
        ("    audience: Aisne\n", 5, "audience", 'the text "Aisne", but the name of a column belongs before it'),
        ("    audience: [Aisne]\n", 5, "audience", "is a list, but the name of a column belongs before it"),
        ("    audience:\n      territoire: '!'\n", 6, "audience.territoire[0]", "has neither a letter nor a digit"),
        ("    audience:\n      email: a@b.example\n", 6, "audience.email", "chooses by address"),
        ("    audience:\n      12: oui\n", 6, "audience.12", "names no column"),
        ("    audience:\n      t: [{a: b}]\n", 6, "audience.t[0]", "text belongs here"),
        ("    audience:\n      t: a\n      t: b\n", 7, "audience.t", '"t" is written twice, first on line 6'),
        ("    public: {territoire: [Aisne]}\n", 5, "public", '"public" is not a field of the editorial'),
    ],
)
def test_slip_is_told_with_its_line(lines: str, line: int, field: str, message: str) -> None:
    with pytest.raises(IssueError) as caught:
        parsed(lines)
    [problem] = caught.value.problems
    assert (problem.line, problem.field) == (line, f"blocks[0].{field}")
    assert message in problem.message
    assert problem.hint


def test_nothing_after_audience_is_never_everybody() -> None:
    """A part that somebody began to restrict must not go to all by an empty line."""
    for nothing in ("", " ~", " null"):
        with pytest.raises(IssueError):
            parsed(f"    audience:{nothing}\n")
