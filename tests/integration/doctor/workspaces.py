"""Workspaces to look at, in this process, and what is said of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from apes_mailer import doctor
from apes_mailer.campaign import starter
from apes_mailer.doctor import Diagnosis, Grade, Report
from apes_mailer.wiring import Application, application

NOW = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)
SETTINGS = """\
public_url = "{public_url}"

[sender]
name = "Le Jardin"
address = "lettre@jardin-partage.fr"
postal_address = "12 rue du Jardin, 59000 Lille"

[send]
provider = "{provider}"

{more}
"""


@dataclass
class Place:
    """A workspace whose settings a test writes."""

    folder: Path

    def __post_init__(self) -> None:
        starter.init(self.folder)

    def write(self, *, provider: str = "outbox", public_url: str = "", more: str = "") -> None:
        """Write settings that are sound, and some more."""
        text = SETTINGS.format(provider=provider, public_url=public_url, more=more)
        (self.folder / "apes-mailer.toml").write_text(text, encoding="utf-8")

    def list(self, name: str, *rows: str) -> None:
        """Write a list that is kept as a file."""
        text = "\n".join(["EMAIL;PRENOM", *rows]) + "\n"
        (self.folder / "contacts" / f"{name}.csv").write_text(text, encoding="utf-8")

    def application(self) -> Application:
        """Open the workspace."""
        return Application(application(self.folder).workspace, clock=lambda: NOW)

    def examine(self, *, list_name: str | None = None, online: bool = False) -> Report:
        """Look at it, as the command does."""
        opened = self.application()
        try:
            return doctor.examine(opened, list_name=list_name, online=online)
        finally:
            if "database" in vars(opened):
                opened.database.close()


def said(report: Report, part: str, grade: Grade | None = None) -> list[Diagnosis]:
    """Return what is said of a part, of one grade or of any."""
    return [each for each in report.diagnoses if each.part == part and grade in {None, each.grade}]


def only(report: Report, part: str, grade: Grade) -> Diagnosis:
    """Return the one thing that is said of a part, which is of this grade."""
    (found,) = said(report, part)
    assert found.grade is grade, found
    return found
