"""`check --deep` with the real programs: nothing about the sample, and what is wrong with a letter that is bad."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path

import pytest

from apes_mailer import wiring
from apes_mailer.campaign import deepening
from apes_mailer.campaign.compose import Composition
from tests.support import external
from tests.support.cli import REPOSITORY
from tests.support.verdicts import vnu_folder

pytestmark = pytest.mark.slow


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> wiring.Application:
    """The sample's workspace, with both programs installed."""
    external.program("spamassassin", "spamassassin")
    external.program("java", "default-jre-headless")
    external.program("node", "nodejs")
    monkeypatch.setenv("PATH", f"{vnu_folder()}{os.pathsep}{os.environ['PATH']}")
    return wiring.application(REPOSITORY)


def new(application: wiring.Application, letter: Composition) -> list[str]:
    deeper = deepening.check(letter, application.envelope(None, "staff"), today=dt.date.today())  # noqa: DTZ011
    return [each.name for each in deeper.findings[len(letter.findings) :]]


def test_both_programs_find_nothing_in_the_sample(application: wiring.Application) -> None:
    assert new(application, application.compose("2025-07")) == []


def test_letter_needs_no_date_of_its_own(application: wiring.Application) -> None:
    letter = application.compose("2025-07")
    undated = letter.loaded.issue.model_copy(update={"date": None})
    dateless = replace(letter, loaded=replace(letter.loaded, issue=undated))
    assert [each for each in new(application, dateless) if each.startswith("spam")] == []


def test_both_programs_find_what_is_wrong(application: wiring.Application) -> None:
    letter = application.compose("2025-07")
    template = letter.letter.template
    html = tuple(each.replace("</h1>", "</h2>") if isinstance(each, str) else each for each in template.html)
    bad = replace(template, subject=("ADHEREZ MAINTENANT, C'EST GRATUIT",), html=html, text=("A lire en ligne.\n",))
    spoilt = replace(letter, letter=replace(letter.letter, template=bad))
    assert sorted(set(new(application, spoilt))) == ["spam-points.many", "w3c-error"]


def test_folder_holds_the_program() -> None:
    assert (Path(vnu_folder()) / "vnu").exists()
