"""The figures of what mail programs support: their shape, where they come from, and how mail programs are named."""

from __future__ import annotations

import csv
import hashlib
import re
from typing import Any

import pytest

from apes_mailer.check import client_support
from apes_mailer.check.clients import support
from tests.support.cli import REPOSITORY
from tools import export_client_support

FILE = REPOSITORY / "apes_mailer" / "check" / "clients" / "support.csv"
TEXT = FILE.read_text(encoding="utf-8")
DOCUMENT = (REPOSITORY / "docs" / "checks.md").read_text(encoding="utf-8")
EXPORTED = "1ba873c43b99305d031dc5b629fcca66af00c8e4b0d154481e84da3003ab8b01"
"""SHA-256 of the figures without their first line, which has the date: nobody has edited them by hand."""


def test_figures_are_those_that_were_exported() -> None:
    assert hashlib.sha256(TEXT.partition("\n")[2].encode()).hexdigest() == EXPORTED


def test_figures_say_where_they_come_from_and_under_which_licence() -> None:
    assert re.match(
        r"# caniemail \d+\.\d+\.\d+ \(npm, MIT, see NOTICE\); figures of \d{4}-\d\d-\d\d; exported \d{4}-\d\d-\d\d\n",
        TEXT,
    )
    notice = FILE.with_name("NOTICE").read_text(encoding="utf-8")
    assert "HTeuMeuLeu" in notice
    assert "Permission is hereby granted" in " ".join(notice.split())


def test_figures_are_figures_and_nothing_else() -> None:
    rows = list(csv.reader(TEXT.splitlines()[1:]))
    assert rows[0][0] == "feature"
    assert len(rows) > 250
    assert all(re.fullmatch(r"(css|html|image)-[a-z0-9-]+", row[0]) for row in rows[1:])
    cells = {cell for row in rows[1:] for cell in row[1:]}
    assert all(re.fullmatch(r"|[yan] [\w.]+(-\d\d)?", cell) for cell in cells)
    assert {program.partition(".")[0] for program in rows[0][1:]} == set(support.FAMILIES)


def test_every_mail_program_can_be_declared_and_named() -> None:
    for program in support.programs():
        alone = frozenset({program})
        assert support.declared([program]) == alone
        assert support.named(alone, alone) == support.FAMILIES[program.partition(".")[0]]


def test_usual_mail_programs_are_those_of_readers_in_france() -> None:
    families = {program.partition(".")[0] for program in support.declared(support.USUAL)}
    assert families == set(support.USUAL)
    assert {"orange", "sfr", "laposte", "free-fr", "outlook", "gmail"} <= families


def test_family_stands_for_all_of_it_and_is_named_alone() -> None:
    gmail = support.declared(["gmail"])
    assert {program.partition(".")[0] for program in gmail} == {"gmail"}
    assert len(gmail) >= 4
    assert support.named(gmail, gmail) == "Gmail"
    some = frozenset({"gmail.ios", "gmail.desktop-webmail", "outlook.windows"})
    assert support.named(some, gmail | {"outlook.windows"}) == "Gmail (iOS, web), Outlook"


@pytest.mark.parametrize(
    ("feature", "program", "state"),
    [
        ("html-style", "sfr.desktop-webmail", "n"),
        ("html-style", "laposte.desktop-webmail", "n"),
        ("css-display-grid", "outlook.windows", "n"),
        ("css-display-grid", "apple-mail.ios", "y"),
        ("css-border-radius", "orange.desktop-webmail", "n"),
        ("image-webp", "outlook.windows", "n"),
        ("css-padding", "outlook.windows", "a"),
    ],
)
def test_well_known_figures_are_there(feature: str, program: str, state: str) -> None:
    assert support.figures()[feature][program].state == state
    assert (program in support.without(feature, support.programs())) is (state == "n")


def test_feature_without_figures_is_lacked_by_nobody() -> None:
    assert support.without("css-not-yet-invented", support.programs()) == frozenset()


def test_harmless_features_exist_are_lacked_by_somebody_and_are_documented() -> None:
    for feature, seen in client_support.harmless().items():
        assert support.without(feature, support.programs()), feature
        assert f"| `{feature}` | {seen} |" in DOCUMENT
    documented = re.findall(r"^\| `((?:css|html|image)-[a-z-]+)` \|", DOCUMENT, re.MULTILINE)
    assert documented == list(client_support.harmless())


def test_families_are_documented() -> None:
    assert all(f"`{family}`" in DOCUMENT for family in support.FAMILIES)


DATA: dict[str, Any] = {
    "data": [
        {
            "slug": "css-x",
            "category": "css",
            "title": "words that are not ours",
            "notes_by_num": {"1": "more words"},
            "stats": {
                "gmail": {"ios": {"2019-02": "y", "2021-03": "n #1"}, "android": {"2021-03": "a #2"}},
                "hey": {"desktop-webmail": {"2021-03": "u"}},
            },
        },
        {"slug": "amp", "category": "others", "stats": {"gmail": {"ios": {"2021-03": "y"}}}},
    ]
}


def test_export_takes_the_last_state_of_each_and_no_words() -> None:
    figures = export_client_support.figures(DATA)
    assert figures == {"css-x": {"gmail.ios": "n 2021-03", "gmail.android": "a 2021-03"}}
    assert "words" not in export_client_support.table(figures, "source")


def test_export_leaves_out_mail_programs_of_which_little_is_known() -> None:
    figures = {f"css-{number}": {"gmail.ios": "y 2021-03"} for number in range(10)}
    figures["css-0"]["hey.desktop-webmail"] = "n 2021-03"
    lines = export_client_support.table(figures, "source").splitlines()
    assert lines[:3] == ["# source", "feature,gmail.ios", "css-0,y 2021-03"]
    assert len(lines) == 12
