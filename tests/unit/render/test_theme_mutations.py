"""Damage both themes at every place in every way: what is not harmless is told, with file, line and cure.

Harmless is only what gives the same letter: the same bytes, or the same words, headings, links and pictures in the same
order, and no new finding. That is compared for each, never assumed.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from apes_mailer.workspace import Workspace
from tests.support.letters import THEMES
from tests.support.theme_mutants import Mutant, mutants
from tests.support.theme_verdicts import Judged, Verdict, judge

_GOOD = {Verdict.TOLD, Verdict.HARMLESS}
_LEAST = 0.99
# One in so many is tried, of each kind of damage to each file; 1 tries all, which takes an hour.
_SHARE = int(os.environ.get("APES_MAILER_MUTANTS", "20"))


def _key(mutant: Mutant) -> tuple[str, str]:
    return mutant.kind, Path(mutant.file).suffix


def _every(step: int, chosen: Iterable[Mutant]) -> list[Mutant]:
    """Return each ``step``-th of those that were damaged alike, the first of them included."""
    groups = itertools.groupby(sorted(chosen, key=_key), key=_key)
    return [mutant for _, group in groups for mutant in itertools.islice(group, 0, None, step)]


def _judged(tried: list[Mutant]) -> list[Judged]:
    judged = [judge(mutant) for mutant in tried]
    told = [each for each in judged if each.verdict is not Verdict.HARMLESS]
    rate = sum(each.verdict is Verdict.TOLD for each in told) / len(told)
    missed = [str(each) for each in judged if each.verdict not in _GOOD]
    counts = Counter(each.verdict for each in judged)
    sys.stdout.write(f"{len(tried)} damaged themes, {dict(counts)}: {rate:.2%} of what matters is told\n")
    assert rate >= _LEAST, "\n".join(missed)
    assert not [each for each in missed if each.startswith((Verdict.CRASHED, Verdict.SILENT))]
    return judged


def test_one_of_each_kind_of_damage_is_told_or_harmless() -> None:
    judged = _judged(_every(10_000, mutants()))
    assert len(judged) > 50
    assert sum(each.exactly for each in judged) > len(judged) / 2


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".mjml", ".txt", ".css", ".toml"])
def test_damage_to_a_theme_is_told_or_harmless(ending: str) -> None:
    of_kind = [mutant for mutant in mutants() if mutant.file.endswith(ending)]
    assert len(of_kind) > 300
    _judged(_every(_SHARE, of_kind))


def _with(changed: dict[str, tuple[str, str]]) -> Judged:
    """Judge a theme in which a file has other words than its own."""
    theme = Workspace(Path("no-workspace")).theme(THEMES[0])
    files = dict(theme.files)
    for name, (old, new) in changed.items():
        assert old in files[name].text
        files[name] = replace(files[name], text=files[name].text.replace(old, new))
    return judge(Mutant(kind="chosen", file="letter.mjml", line=1, before="", theme=replace(theme, files=files)))


def test_measure_takes_the_same_letter_for_harmless_and_no_other() -> None:
    assert _with({}).verdict is Verdict.HARMLESS
    assert _with({"footer.mjml": ("<p>", '<p lang="fr">')}).verdict is Verdict.HARMLESS
    assert _with({"footer.mjml": ("{{ t.unsubscribe }}", "")}).verdict is not Verdict.HARMLESS
    assert _with({"footer.mjml": ("<p><b>", "<p>Bonjour <b>")}).verdict is Verdict.SILENT
