"""`check --deep`: what programs of others print becomes findings, and one that cannot be asked blocks nothing."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path

import pytest

from apes_mailer import wiring
from apes_mailer.campaign import deepening
from apes_mailer.campaign.compose import Composition
from apes_mailer.check.deep import EXPECTED_ERRORS
from apes_mailer.model.finding import Severity
from apes_mailer.programs import asking
from tests.support.cli import REPOSITORY

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs stand in as scripts, which Windows does not run")

_HEADER = "X-Spam-Status: {}, score={} required=5.0 tests={},\n\tHTML_MESSAGE autolearn=no version=4.0.0\n\nBonjour\n"


@pytest.fixture(scope="module")
def application() -> wiring.Application:
    return wiring.application(REPOSITORY)


@pytest.fixture(scope="module")
def letter(application: wiring.Application) -> Composition:
    return application.compose("2025-07")


def stand_in(folder: Path, name: str, code: str) -> None:
    """Put a program into a folder that runs this Python."""
    script = folder / name
    script.write_text(f"#!{sys.executable}\nimport sys\ngiven = sys.stdin.buffer.read().decode()\n{code}\n", "utf-8")
    script.chmod(0o755)


def found(
    letter: Composition, application: wiring.Application, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, dict[str, object]]:
    """What programs in this folder, and none elsewhere, add to the findings."""
    monkeypatch.setenv("PATH", str(folder))
    deeper = deepening.check(letter, application.envelope(None, "staff"), today=dt.date(2027, 7, 1))
    return {each.name: dict(each.values) for each in deeper.findings[len(letter.findings) :]}


def test_programs_that_are_not_there_are_told_and_block_nothing(
    letter: Composition, application: wiring.Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    deeper = deepening.check(letter, application.envelope(None, "staff"), today=dt.date(2027, 7, 1))
    new = deeper.findings[len(letter.findings) :]
    assert [(each.name, each.values["program"]) for each in new] == [
        ("program-unasked.absent", "SpamAssassin"),
        ("program-unasked.absent", "vnu"),
    ]
    assert {each.severity for each in new} == {Severity.INFO}


@pytest.mark.parametrize(
    ("points", "case"), [("0.4", None), ("0.5", None), ("0.7", "some"), ("2.0", "some"), ("6.1", "many")]
)
def test_points_of_the_spam_filter_are_told_with_its_rules(
    points: str,
    case: str | None,
    letter: Composition,
    application: wiring.Application,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    header = _HEADER.format("No", points, "MPART_ALT_DIFF,\n\tNO_RELAYS")
    stand_in(tmp_path, "spamassassin", f"assert 'List-Unsubscribe' in given\nprint({header!r})")
    told = found(letter, application, tmp_path, monkeypatch)
    told.pop("program-unasked.absent")
    assert told == ({f"spam-points.{case}": {"points": float(points), "rules": "MPART_ALT_DIFF"}} if case else {})


def test_each_kind_of_error_of_the_w3c_is_told_once_without_what_outlook_needs(
    letter: Composition, application: wiring.Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stray = {"type": "error", "message": "Stray end tag “p”.", "extract": "</b>\n </p>"}
    outlook = {"type": "error", "message": "Attribute “xmlns:o” not allowed here.", "extract": "<html>"}
    note = {"type": "info", "message": "Trailing slash on void elements.", "extract": "<br />"}
    answer = json.dumps({"messages": [outlook, stray, note, stray]})
    stand_in(tmp_path, "vnu", f"assert given.startswith('<!DOCTYPE')\nprint({answer!r})")
    told = found(letter, application, tmp_path, monkeypatch)
    assert told["w3c-error"] == {"message": "Stray end tag “p”.", "extract": "</b> </p>"}
    assert len(EXPECTED_ERRORS) == 3


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("sys.exit('config: no rules found')", "config: no rules found"),
        ("sys.exit(7)", "exit code 7"),
        ("print('X-Spam-Status: who knows')", "it gave no points"),
    ],
)
def test_program_that_gives_no_answer_is_told_with_what_it_said(
    code: str,
    why: str,
    letter: Composition,
    application: wiring.Application,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in(tmp_path, "spamassassin", code)
    told = found(letter, application, tmp_path, monkeypatch)
    assert told["program-unasked.failed"] == {"program": "SpamAssassin", "why": why}


def test_answer_of_the_w3c_that_cannot_be_read_is_told(
    letter: Composition, application: wiring.Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, "vnu", "print('Exception in thread main')")
    told = found(letter, application, tmp_path, monkeypatch)
    assert told["program-unasked.failed"] == {"program": "vnu", "why": "its answer cannot be read"}


def test_program_that_takes_too_long_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, "slow", "import time\ntime.sleep(600)")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(asking.FailedError, match="no answer within"):
        asking.ask("slow", [], b"", seconds=0.5)


def test_program_sees_neither_settings_nor_secrets_of_this_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, "curious", "import os\nprint(sorted(os.environ))")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.secret")
    assert b"SENDGRID" not in asking.ask("curious", [], b"")
