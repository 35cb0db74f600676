"""What leaves the workspace or is left behind names nobody: metadata at the provider, file names, logs, errors."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import STARTER, Cli, Done, make_workspace, sendgrid_environment
from tests.support.faults import Fault, FaultList, answers
from tests.support.local_sendgrid import API_KEY, LocalSendGrid

pytestmark = pytest.mark.slow

NAMES = ["aicha.benali", "driss.ouazzari", "ondine.quelin"]
PEOPLE = [f"{name}@confidentiel.example" for name in NAMES]
PERSONAL = re.compile("|".join([*NAMES, "confidentiel", "Quélin", API_KEY]), re.IGNORECASE)


@pytest.fixture
def server() -> Generator[LocalSendGrid]:
    with LocalSendGrid() as running:
        yield running


@pytest.fixture
def cli(tmp_path: Path, server: LocalSendGrid) -> Cli:
    """A workspace with a list of people whose addresses and names are found wherever they turn up."""
    made = make_workspace(tmp_path / "workspace", tmp_path / "home")
    rows = ["EMAIL;NOM", *(f"{each};Quélin" for each in PEOPLE)]
    (made.workspace / "contacts" / "tous.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    made.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=1, in_flight=1, timeout=2)
    return made


def _send(cli: Cli, *more: str) -> Done:
    return cli.run("--debug", "send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:3", *more)


def assert_names_nobody(text: str) -> None:
    """No address, name or key is in a text."""
    assert not PERSONAL.search(text), text


def test_provider_stores_nothing_that_names_a_person(cli: Cli, server: LocalSendGrid) -> None:
    assert _send(cli).code == 0
    bodies: list[dict[str, Any]] = [json.loads(request.raw) for request in server.requests]
    assert len(bodies) == 3
    for body in bodies:
        for person in body.pop("personalizations"):
            assert set(person) == {"to", "substitutions", "headers", "custom_args"}
            assert_names_nobody(json.dumps([person["headers"], person["custom_args"]]))
        assert_names_nobody(json.dumps(body, ensure_ascii=False))
        assert not {"categories", "custom_args", "batch_id"} & body.keys()


def test_names_of_files_name_nobody(cli: Cli) -> None:
    assert _send(cli, "--provider", "outbox").code == 0
    assert _send(cli).code == 0
    files = [path.relative_to(cli.workspace.parent).as_posix() for path in cli.workspace.parent.rglob("*")]
    assert len([name for name in files if name.endswith(".eml")]) == 3
    assert_names_nobody("\n".join(files))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (answers(401, f"{PEOPLE[0]} and {API_KEY} are refused"), 4),
        (answers(400, f"Bad Request for {PEOPLE[1]}", field="from.email"), 6),
        (answers(500, f"We lost {PEOPLE[2]}"), 6),
    ],
    ids=["401", "400", "500"],
)
def test_what_a_provider_says_of_a_person_is_not_repeated(
    cli: Cli, server: LocalSendGrid, fault: Fault, code: int
) -> None:
    server.plan = FaultList([fault] * 30)
    done = _send(cli, "--json")  # what a person is shown names one recipient of a batch in doubt, to look it up by
    assert done.code == code, done.err
    assert "Traceback" in done.err
    assert_names_nobody(done.err)
    with sqlite3.connect(cli.workspace / "mailer.db") as connection:
        notes = connection.execute("SELECT note FROM history UNION ALL SELECT note FROM attempt").fetchall()
        pauses = connection.execute("SELECT pause_cause, pause_cure FROM campaign").fetchall()
    assert_names_nobody(str([notes, pauses]))


def test_broken_database_is_told_without_what_it_was_asked(cli: Cli) -> None:
    cli.ok("contacts", "import", str(cli.workspace / "contacts" / "tous.csv"), "--list", "import", "--yes")
    with sqlite3.connect(cli.workspace / "mailer.db") as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("DROP TABLE suppression")
    for command in (("suppressions", "add", PEOPLE[0]), ("why", STARTER, PEOPLE[1])):
        done = cli.run("--debug", *command)
        assert done.code == 1
        assert "Traceback" in done.err
        assert_names_nobody(done.err)
