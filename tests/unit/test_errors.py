"""Errors: what they show, and the exit code each leads to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apes_mailer import errors
from apes_mailer.errors import ApesMailerError, IssueError, Problem, UsageError
from tests.support.cli import REPOSITORY

CLASSES = [found for found in vars(errors).values() if isinstance(found, type) and issubclass(found, Exception)]


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(message="is wrong"), "is wrong"),
        (Problem(message="is wrong", file="issue.yaml"), "issue.yaml: is wrong"),
        (Problem(message="is wrong", file="issue.yaml", line=7), "issue.yaml:7: is wrong"),
        (
            Problem(message="is wrong", file="issue.yaml", line=7, field="blocks[0].title", hint="Mend it."),
            "issue.yaml:7 blocks[0].title: is wrong\n    Mend it.",
        ),
        (Problem(message="is wrong", field="subject"), "subject: is wrong"),
    ],
)
def test_problem_says_where_what_and_how_to_mend_it(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_error_shows_its_hint_on_a_line_of_its_own() -> None:
    assert str(UsageError("It does not exist.", hint="Make one.")) == "It does not exist.\nMake one."
    assert str(UsageError("It does not exist.")) == "It does not exist."


def test_every_problem_is_shown() -> None:
    problems = [Problem(message="is wrong", line=line, file="issue.yaml") for line in (3, 9)]
    assert str(IssueError("Two faults.", problems, hint="Mend both.")) == (
        "Two faults.\n  issue.yaml:3: is wrong\n  issue.yaml:9: is wrong\nMend both."
    )


def test_every_error_belongs_to_one_family() -> None:
    assert all(issubclass(found, ApesMailerError) for found in CLASSES)


def test_every_exit_code_is_documented() -> None:
    page = Path(REPOSITORY / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    documented = set(map(int, re.findall(r"^\| `?(\d+)`? \|", page, re.MULTILINE)))
    assert documented == {0, *(found.exit_code for found in CLASSES if issubclass(found, ApesMailerError))}
