"""The report of rejected rows."""

from __future__ import annotations

import csv
from contextlib import suppress
from pathlib import Path

from apes_mailer.cli.rejects import SHOWN, RejectReport
from apes_mailer.contacts.rejects import Reject


def _reject(report: RejectReport, count: int) -> None:
    for line in range(2, count + 2):
        report.add(Reject(line=line, reason=f"Raison n° {line}; “é”", cells=("=zut", "Zoé")))


def test_excel_opens_the_report(tmp_path: Path) -> None:
    path = tmp_path / "rejected" / "liste.csv"
    with RejectReport(path) as report:
        report.columns = ("EMAIL", "PRENOM")
        _reject(report, 25)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfLINE;REASON;EMAIL;PRENOM\r\n")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[1] == ["2", "Raison n° 2; “é”", "'=zut", "Zoé"]
    assert len(rows) == 26
    assert report.count == 25
    assert [reject.line for reject in report.first] == list(range(2, 2 + SHOWN))


def test_nothing_rejected_leaves_no_report_of_before(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("old", encoding="utf-8")
    with RejectReport(path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_import_that_failed_leaves_the_report_of_before(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("old", encoding="utf-8")
    with suppress(ZeroDivisionError), RejectReport(path) as report:
        _reject(report, 3)
        raise ZeroDivisionError
    assert [(each.name, each.read_text(encoding="utf-8")) for each in tmp_path.iterdir()] == [("liste.csv", "old")]


def test_preview_writes_nothing(tmp_path: Path) -> None:
    with RejectReport() as report:
        _reject(report, 3)
    assert report.count == 3
    assert list(tmp_path.iterdir()) == []


def test_screen_shows_what_stands_where_the_address_should() -> None:
    report = RejectReport()
    report.columns = ("PRENOM", "EMAIL")
    reject = Reject(line=8, reason="It has no @.", cells=("Zoé", "zoe(at)exemple.fr"))
    assert report.words(reject) == "line 8: “zoe(at)exemple.fr”: It has no @."
    assert report.words(Reject(line=9, reason="It is empty.", cells=("Zoé", ""))) == "line 9: “Zoé”: It is empty."
    assert report.words(Reject(line=10, reason="It is cut off.")) == "line 10: It is cut off."
