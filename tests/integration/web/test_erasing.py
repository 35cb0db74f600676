"""A person who asks on the pages to be erased is, and can come back."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from apes_mailer.contacts import lists
from apes_mailer.web import public
from apes_mailer.web.site import site_of
from apes_mailer.wiring import Application
from apes_mailer.workspace import Workspace
from tests.integration.web.running import request, serving
from tests.integration.web.sites import ADDRESS, post, pressed

SETTINGS = """
[sender]
name = "Les Semis"
address = "lettre@semis.example"

[lists.agenda]
title = "L’agenda"
signup = true
"""


def _message(workspace: Workspace, count: int) -> str:
    """Return the text of the newest of ``count`` confirmations in the outbox, once it is there."""
    for _ in range(1000):
        found = sorted(workspace.outbox.rglob("*.txt"), key=lambda path: path.stat().st_mtime_ns)
        if len(found) >= count:
            return found[-1].read_text(encoding="utf-8-sig")
        time.sleep(0.02)
    raise AssertionError("no confirmation came into the outbox")


def _traces(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and ADDRESS.encode() in path.read_bytes()]


def test_nothing_is_left_of_a_person_who_was_erased_and_signing_up_brings_the_person_back(tmp_path: Path) -> None:
    (tmp_path / "apes-mailer.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "contacts").mkdir()
    workspace = Workspace(tmp_path)
    app = Application(workspace)
    with serving(public.application(site_of(app))) as url:

        def follow(count: int) -> str:
            text = _message(workspace, count)
            found = re.search(r"https?://[^/\s]+(/(?:confirm|data)/[\w-]+)", text)
            assert found, text
            return f"{url}{found[1]}"

        post(f"{url}/signup/agenda", email=ADDRESS)
        post(follow(1))
        key = app.keyring.contact_key(ADDRESS)
        link = f"{url}/u/{app.keyring.token(app.keyring.list_tag('agenda'), key)}"
        post(f"{link}/preferences", do="data")
        data = follow(2)
        kept = request(f"{data}/data.json").text
        assert ADDRESS in kept
        assert "agenda" in kept
        assert pressed(request(f"{data}/erase"), f"{data}/erase").status == 200
        assert request(data).status == 410
        assert _traces(tmp_path) == []
        post(f"{url}/signup/agenda", email=ADDRESS)
        post(follow(1))
        with app.database.read() as connection:
            assert lists.address_of(connection, key) == ADDRESS
            assert lists.is_member(connection, lists.number(connection, "agenda"), key)
    app.database.close()


def _erase_at(workspace: Path) -> str:
    """Erase the person as the page does; return the name by which providers knew them."""
    (workspace / "apes-mailer.toml").write_text(SETTINGS, encoding="utf-8")
    app = Application(Workspace(workspace))
    person = site_of(app).person
    assert person
    person.erase(ADDRESS)
    app.database.close()
    return app.keyring.recipient_mark(app.keyring.contact_key(ADDRESS))


def test_receipt_that_cannot_be_kept_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "receipts").write_text("no folder", encoding="utf-8")
    mark = _erase_at(tmp_path)
    told = capsys.readouterr().err
    assert "cannot be kept" in told
    assert mark in told
    assert ADDRESS not in told


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="there is no file that nobody can read")
def test_file_that_cannot_be_read_is_told_to_whoever_keeps_it_and_there_is_a_receipt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sauvegarde.tar").symlink_to("/proc/self/mem")
    mark = _erase_at(tmp_path)
    told = capsys.readouterr().err
    assert "files that are yours to correct: sauvegarde.tar" in told
    (receipt,) = (tmp_path / "receipts").iterdir()
    assert mark in receipt.read_text(encoding="utf-8")


def test_confirmations_are_of_no_unsubscribe_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has left the group of the letters gets none of that group, and could never come back."""
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.local-test-key")
    ours = 'public_url = "https://lettre.semis.example"\n[send]\nprovider = "sendgrid"\n'
    group = '[unsubscribe]\nby = "provider"\n[sendgrid]\nasm_group = 7\n'
    (tmp_path / "apes-mailer.toml").write_text(f"{ours}{group}{SETTINGS}", encoding="utf-8")
    confirmations = site_of(Application(Workspace(tmp_path))).confirmations
    assert confirmations
    assert confirmations.envelope.provider_group == 0
    assert confirmations.envelope.has_page
