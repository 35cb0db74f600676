"""The days that people are told, and may write, are those of the calendar on their wall, not those of Greenwich."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
import time
from collections.abc import Callable, Generator
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from apes_mailer.campaign import starter
from apes_mailer.cli import consents_told
from apes_mailer.cli.app import run
from apes_mailer.contacts import block_lists, undoing
from apes_mailer.doctor import account
from apes_mailer.errors import ContactsError, UsageError
from apes_mailer.providers.base import KeepsBlockLists
from apes_mailer.render import archive
from apes_mailer.render.archive import Archive
from apes_mailer.store.times import local_day
from apes_mailer.wiring import Application
from tests.support.letters import Page
from tests.support.publishing import publication
from tests.unit.contacts.stores import Store

pytestmark = pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows takes its time zone from the system")

NIGHT = dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC)  # half past midnight in Paris
NEW_YEAR = dt.date(2027, 1, 1)
ALWAYS_TOMORROW = "AHEAD-23:59:59"

Zone = Callable[[str], None]


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> Generator[Zone]:
    """What changes the time zone of this process, for a test in Paris at first."""

    def change(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    change("Europe/Paris")
    yield change
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Application]:
    """A workspace of which the clock stands still."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.x.y")
    opened = Application(starter.init(tmp_path / "workspace"), clock=lambda: NIGHT)
    yield opened
    opened.database.close()


def _today() -> dt.date:
    return dt.datetime.now().astimezone().date()


def test_day_of_a_stamp(zone: Zone) -> None:
    assert local_day("2026-12-31T23:30:00.000000Z") == NEW_YEAR
    zone("America/Cayenne")
    assert local_day("2027-01-01T02:30:00.000000Z") == dt.date(2026, 12, 31)


def test_consent_of_today_is_not_still_to_come(zone: Zone) -> None:
    told = consents_told.of_file("fair", NEW_YEAR, "", "", now=NIGHT)
    assert told is not None
    assert told.at == NIGHT
    with pytest.raises(UsageError, match="2027-01-02 is still to come"):
        consents_told.of_file("fair", dt.date(2027, 1, 2), "", "", now=NIGHT)
    zone("America/Cayenne")
    with pytest.raises(UsageError, match="2027-01-01 is still to come"):
        consents_told.of_file("fair", NEW_YEAR, "", "", now=NIGHT)


def test_letter_without_a_date_is_listed_under_the_day_of_its_publication() -> None:
    page = Page(
        archive.page(
            Archive(
                id="urn:uuid:feed",
                base="https://lettre.semis.fr",
                title="La lettre",
                sender="Les Semis",
                tagline="",
                website="",
                language="fr",
                noindex=False,
                updated=NIGHT,
                letters=[publication("voeux", published=NIGHT)],
            )
        )
    )
    assert [each["datetime"] for each in page.all("time")] == ["2027-01-01"]
    assert [each["id"] for each in page.all("h2")] == ["y2027"]


def test_import_was_undone_on_the_day_that_it_was_here(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.import_rows([("a@exemple.fr", "Ana")])
    with store.database.bulk(cache_mb=1) as bulk, bulk.write() as connection:
        undoing.undo(connection, 1, at=NIGHT)
    with store.database.read() as connection, pytest.raises(ContactsError, match="already, on 2027-01-01"):
        undoing.standing(connection, 1)
    store.close()


def test_doctor_says_on_which_day_the_provider_was_asked(application: Application) -> None:
    provider = application.provider("sendgrid")
    assert isinstance(provider, KeepsBlockLists)
    with application.database.write() as connection:
        for each in provider.block_lists:
            block_lists.remember(connection, provider.name, provider.account, each, up_to=NIGHT)
    (said,) = account.last_sync(application.database, provider).found
    assert said.message.endswith("was last read on 2027-01-01")


def test_silence_is_counted_from_a_day_of_here(
    application: Application, zone: Zone, capsys: pytest.CaptureFixture[str]
) -> None:
    zone(ALWAYS_TOMORROW)
    before = _today()
    assert run(["--workspace", str(application.workspace.root), "contacts", "stale", "--list", "staff", "--json"]) == 0
    since = dt.date.fromisoformat(json.loads(capsys.readouterr().out)["since"])
    assert before <= since.replace(year=since.year + 3) <= _today()


def test_spamassassin_gets_a_letter_of_today(
    application: Application, zone: Zone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs, seen = tmp_path / "programs", tmp_path / "seen.eml"
    programs.mkdir()
    script = programs / "spamassassin"
    script.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\npathlib.Path({str(seen)!r}).write_bytes(sys.stdin.buffer.read())\n"
        "print('X-Spam-Status: No, score=0.0 required=5.0 tests=none\\n')\n",
        encoding="utf-8",
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    issue = application.workspace.campaigns / starter.STARTER_NAME / "issue.yaml"
    issue.write_text(re.sub(r"(?m)^date:.*\n", "", issue.read_text(encoding="utf-8")), encoding="utf-8")
    zone(ALWAYS_TOMORROW)
    before = _today()
    assert run(["--workspace", str(application.workspace.root), "check", starter.STARTER_NAME, "--deep"]) == 0
    assert before <= parsedate_to_datetime(message_from_bytes(seen.read_bytes())["Date"]).date() <= _today()
