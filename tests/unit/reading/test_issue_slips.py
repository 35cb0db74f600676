"""Whatever slips into an issue file, its author is told, or no word of it is lost."""

from __future__ import annotations

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.errors import IssueError, Problem
from apes_mailer.model.issue import Issue
from apes_mailer.reading.issue import parse_issue
from apes_mailer.render.view import texts

SAMPLE = """\
# La lettre de juillet
subject: 'Juillet : ce qui a germé'
preheader: <<contact.PRENOM|Bonjour>>, on passe à table
date: 2025-07-03
blocks:
  - type: editorial
    heading: Édito
    images:
      - file: semis.jpg
        alt: Des mains dans la terre
    text: |
      Bonjour <<contact.PRENOM>>,

      Voici [notre lettre](https://exemple.fr/lettre) et son **programme**.
    signature: La coprésidence
  - type: section
    title: "L'été : à la une"
    articles:
      - title: Trois cents convives à table
        text: Une seule nappe, deux cents
          chaises et de la soupe.
        contact: {name: Inès, email: ines@exemple.fr}
        buttons:
          - text: S'inscrire
            link: https://exemple.fr/inscription#haut
"""
_NAMES = {*re.findall(r"(\w+):(?:\s|$)", SAMPLE), "editorial", "section"}
_SLIPS = [
    *(": ", " :", '"', "'", "#", "# ", " #mot", "@", "*", "&", "!", "{{contact.PRENOM}}", "[", "]", "{", "}", "`", "|"),
    *(">", "%", "\t", "\u00a0", "-", "- ", "\n", "\n\n", "---\n", "<<", "<contact.X>", "\x00", "\u2028", "\x92", "?"),
    *(", ", "~", "null", "[a](b c)", "🙏", "   ", "\ud800", "\ufeff", "\r"),
]


def _mutated(seed: int) -> str:
    chance = random.Random(seed)
    text = SAMPLE
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        starts = [match.end() for match in re.finditer(r": (?=\S)", text)]
        match chance.randrange(4):
            case 0:
                text = text[:at] + chance.choice(_SLIPS) + text[at:]
            case 1:
                at = chance.choice(starts) if starts else at
                text = text[:at] + chance.choice(_SLIPS) + text[at:]
            case 2:
                text = text[:at] + text[at + chance.randint(1, 8) :]
            case _:
                lines = text.split("\n")
                line = chance.randrange(len(lines))
                moved = chance.choice(["", " ", "  ", "\t"]) + lines[line].lstrip()
                text = "\n".join([*lines[:line], moved, *lines[line + 1 :]])
    return text


def _read(text: str) -> tuple[Issue | None, list[Problem]]:
    try:
        return parse_issue(text, shown="issue.yaml").issue, []
    except IssueError as error:
        return None, error.problems


@given(st.integers(min_value=0, max_value=1_000_000))
def test_any_slip_is_either_told_with_line_and_cure_or_loses_no_word(seed: int) -> None:
    text = _mutated(seed)
    issue, problems = _read(text)
    assert all(problem.line and problem.message and problem.hint for problem in problems)
    if issue is None:
        assert problems
        return
    kept = " ".join(texts(issue))
    uncommented = [
        re.sub(r"(^|\s)#(\s.*|$)|^\s*#.*", "", line) for line in re.split(r"\r\n|\r|\n", text.replace("\ufeff", ""))
    ]
    written = re.findall(r"[^\W\d_]{5,}", "\n".join(uncommented))
    assert [word for word in written if word not in kept and word not in _NAMES] == []
