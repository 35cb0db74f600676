"""SpamAssassin finds nothing in letters that it would give a point for; its local rules only, nothing is asked."""

from __future__ import annotations

import email
import mailbox
import os
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from apes_mailer import wiring
from apes_mailer.model.message import MessageTemplate
from tests.support import external
from tests.support.cli import REPOSITORY
from tests.support.goldens import GOLDENS
from tests.support.messages import eml

pytestmark = pytest.mark.slow


def scores(folder: Path, templates: dict[str, MessageTemplate]) -> dict[str, tuple[float, str]]:
    """The points of letters, and the tests that gave them; one run for all, since starting takes the longest."""
    program = external.program("spamassassin", "spamassassin")
    with closing(mailbox.mbox(folder / "letters")) as box:
        for template in templates.values():
            box.add(email.message_from_bytes(eml(template)))
    done = subprocess.run(
        [program, "--local", "--test-mode", "--nocreate-prefs", "--mbox", str(folder / "letters")],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
    )
    (folder / "judged").write_bytes(done.stdout)
    with closing(mailbox.mbox(folder / "judged")) as box:
        judged = [str(message["X-Spam-Status"]) for message in box]
    return {name: _score(status) for name, status in zip(templates, judged, strict=True)}


def _score(status: str) -> tuple[float, str]:
    words = dict(word.split("=", 1) for word in status.replace(",\n\t", ",").split() if "=" in word)
    return float(words["score"]), words["tests"]


def test_no_letter_gets_a_point(tmp_path: Path) -> None:
    letters = {name: golden.sent().letter.template for name, golden in GOLDENS.items()}
    letters["sample"] = wiring.application(REPOSITORY).compose("2025-07").letter.template
    found = scores(tmp_path, letters)
    assert {name: score for name, score in found.items() if score[0] > 0} == {}
    # Its tests of HTML did run.
    assert all("HTML_MESSAGE" in tests for _, tests in found.values())


def test_letter_whose_text_is_a_stub_gets_points(tmp_path: Path) -> None:
    template = GOLDENS["apes-everything"].sent().letter.template
    stub = replace(template, text=("Lisez cette lettre en ligne.\n",))
    shouting = replace(template, subject=("ADHEREZ MAINTENANT, C'EST GRATUIT",))
    found = scores(tmp_path, {"stub": stub, "shouting": shouting})
    assert all(score > 0 for score, _ in found.values()), found
