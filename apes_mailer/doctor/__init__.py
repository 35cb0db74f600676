"""Looking at a whole workspace: whether letters can leave it, and whether they may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from apes_mailer.doctor import account, files, letters, lists, public, reports
from apes_mailer.doctor.diagnosis import Diagnosis, Grade, Sheet
from apes_mailer.doctor.lists import ListState
from apes_mailer.providers.base import Provider
from apes_mailer.store.database import Database
from apes_mailer.wiring import Application

__all__ = ["Diagnosis", "Grade", "ListState", "Report", "examine"]


@dataclass(slots=True)
class Report:
    """All diagnoses in the order of the examination, and the lists in numbers."""

    diagnoses: list[Diagnosis] = field(default_factory=list[Diagnosis])
    lists: list[ListState] = field(default_factory=list[ListState])

    def number(self, grade: Grade) -> int:
        """How many diagnoses are of a grade."""
        return sum(each.grade is grade for each in self.diagnoses)


def examine(application: Application, *, list_name: str | None = None, online: bool = False) -> Report:
    """Look at a workspace, and of its lists at one or at all; ``online``: ask the provider and the public address too.

    Raises ``SettingsError`` when the settings cannot be read: nothing else can be told then.
    """
    report = Report()
    _ = application.settings
    for sheet in (
        letters.sender(application),
        letters.unsubscribing(application),
        letters.publishing(application),
        letters.tracking(application),
        public.address(application.settings),
        files.secret(application),
    ):
        report.diagnoses += sheet
    sheet, database = files.database(application)
    report.diagnoses += sheet
    for sheet in _provider(application, database, online=online):
        report.diagnoses += sheet
    if database is not None:
        _lists(application, database, list_name, report)
    return report


def _provider(application: Application, database: Database | None, *, online: bool) -> Iterator[Sheet]:
    sheet, provider = account.key(application)
    yield sheet
    if provider is not None and not provider.rehearsal:
        yield from _sending(application, provider, database, online=online)
    if online:
        yield public.told(application)
    elif application.settings.public_url or (provider is not None and not provider.rehearsal):
        sheet = Sheet("online")
        sheet.info(
            "the provider and the public address were not asked", cure="To ask them: apes-mailer doctor --online"
        )
        yield sheet


def _sending(
    application: Application, provider: Provider, database: Database | None, *, online: bool
) -> Iterator[Sheet]:
    if online:
        yield account.told(application, provider)
    yield account.dns(application.settings)
    yield reports.webhook(application, database)
    if database is not None:
        yield account.last_sync(database, provider)


def _lists(application: Application, database: Database, list_name: str | None, report: Report) -> None:
    names = lists.names(application, database) if list_name is None else [list_name]
    if not names:
        report.diagnoses += lists.none()
    for name in names:
        sheet, state = lists.examine(application, database, name, asked=list_name is not None)
        report.diagnoses += sheet
        report.lists += [state] if state else []
    report.diagnoses += lists.opposition(report.lists)
