"""Damage an issue file at every line in every way: it is told with its line and a cure, or the letter is the same."""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from io import BytesIO

import pytest
from PIL import Image

from apes_mailer.campaign.compose import Circumstances, Composition, compose, problem
from apes_mailer.errors import ProblemsError
from apes_mailer.model.identity import Identity
from apes_mailer.workspace import Workspace
from tests.support.issue_mutants import ISSUE, IssueMutant, mutants

AROUND = Circumstances(
    identity=Identity.model_validate({"name": "Les Semis", "postal_address": "3 place du Marché, 62000 Arras"}),
    sender="lettre@semis.exemple.fr",
    today=dt.date(2027, 7, 1),
    language="en",
)
_LEAST = 0.99


def picture(kind: str) -> bytes:
    """Return a picture of one colour."""
    file = BytesIO()
    Image.new("RGB", (640, 400), "green").save(file, kind)
    return file.getvalue()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with one campaign, and pictures of which some are damaged."""
    root = tmp_path_factory.mktemp("workspace")
    images = root / "campaigns" / "lettre" / "images"
    images.mkdir(parents=True)
    (root / "apes-mailer.toml").write_text("", encoding="utf-8")
    sound = {"four.jpg": picture("JPEG"), "haie.png": picture("PNG")}
    damaged = {
        "broken.jpg": sound["four.jpg"][:300],
        "empty.jpg": b"",
        "words.jpg": b"just words",
        "vector.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "cut.png": sound["haie.png"][:-40],
    }
    for name, data in (sound | damaged).items():
        (images / name).write_bytes(data)
    return Workspace(root)


def composed(workspace: Workspace, text: str) -> Composition:
    """Compose the campaign with another text."""
    (workspace.campaigns / "lettre" / "issue.yaml").write_text(text, encoding="utf-8")
    return compose(workspace, "lettre", AROUND)


def verdict(workspace: Workspace, mutant: IssueMutant, sound: Composition) -> tuple[str, bool]:
    """Return what became of a mutant, and whether the line of the damage, or the one next to it, was named."""
    try:
        letter = composed(workspace, mutant.text)
        found = [problem(letter, each) for each in letter.findings if each not in sound.findings]
    except ProblemsError as error:
        found = error.problems
    else:
        if not found:
            same = letter.letter.template.to_json() == sound.letter.template.to_json()
            return ("harmless" if same else "silent"), False
    placed = all(each.file and each.line and each.hint for each in found)
    near = any(abs(each.line - mutant.line) <= 1 for each in found if each.line)
    return ("told" if placed else "without a place"), near


def judge(workspace: Workspace, tried: list[IssueMutant]) -> None:
    """Fail unless nearly all that matters is told, and nearly all of that at its line."""
    sound = composed(workspace, ISSUE)
    judged = [(mutant, *verdict(workspace, mutant, sound)) for mutant in tried]
    counts = Counter(each for _, each, _ in judged)
    mattering = len(judged) - counts["harmless"]
    missed = [f"{each}: {mutant}" for mutant, each, _ in judged if each not in {"told", "harmless"}]
    elsewhere = [f"elsewhere: {mutant}" for mutant, each, near in judged if each == "told" and not near]
    rate = counts["told"] / mattering
    sys.stdout.write(f"{len(tried)} damaged issues, {dict(counts)}: {rate:.2%} of what matters is told\n")
    assert counts["silent"] == 0, "\n".join(missed)
    assert rate >= _LEAST, "\n".join(missed)
    assert len(elsewhere) <= (1 - _LEAST) * mattering, "\n".join(elsewhere)


def test_each_kind_of_damage_is_told_at_its_line(workspace: Workspace) -> None:
    judge(workspace, list({mutant.kind: mutant for mutant in mutants()}.values()))


@pytest.mark.slow
def test_damage_at_every_line_is_told_there(workspace: Workspace) -> None:
    judge(workspace, list(mutants()))


def test_undamaged_issue_has_no_error(workspace: Workspace) -> None:
    assert composed(workspace, ISSUE).errors() == []
