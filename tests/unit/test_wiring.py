"""What an application of a workspace is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from apes_mailer.campaign import starter
from apes_mailer.errors import SettingsError
from apes_mailer.model.publication import PlaceName
from apes_mailer.wiring import Application
from apes_mailer.workspace import Workspace
from tests.support.reporting import SigningKey


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Application:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("APES_MAILER_DATABASE_URL", raising=False)
    return Application(starter.init(tmp_path / "lettre"))


@pytest.mark.parametrize(("keys", "takes"), [("", False), (SigningKey().public, True)])
def test_reports_are_taken_when_there_is_a_key_to_verify_them(
    application: Application, monkeypatch: pytest.MonkeyPatch, keys: str, takes: bool
) -> None:
    monkeypatch.setenv("APES_MAILER_SENDGRID_WEBHOOK_KEYS", keys)
    assert (application.feedback is not None) is takes
    application.database.close()


def test_wrong_key_of_the_webhook_is_told_with_its_place(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APES_MAILER_SENDGRID_WEBHOOK_KEYS", f"{SigningKey().public}, {'A' * 124}")
    with pytest.raises(SettingsError, match=r"sendgrid\.webhook_keys: key 2 is no verification key") as caught:
        _ = application.feedback
    assert "Signature Verification" in caught.value.hint


def test_lost_secret_is_asked_for_and_never_replaced(application: Application) -> None:
    application.database.close()
    application.workspace.secret_file.unlink()
    with pytest.raises(SettingsError, match=r"secret\.key is missing: mailer\.db") as caught:
        Application(application.workspace).keyring.fingerprint()
    assert "backup" in caught.value.hint
    assert not application.workspace.secret_file.exists()


def test_workspace_from_git_gets_its_secret_at_first_use(application: Application) -> None:
    application.workspace.secret_file.unlink()
    Application(application.workspace).database.close()
    assert application.workspace.secret_file.exists()


@pytest.mark.parametrize(
    ("place", "public_url", "urls"),
    [
        ("serve", "https://lettre.example.org", ["https://lettre.example.org/signup/agenda"]),
        ("serve", "", ["http://127.0.0.1:8025/signup/agenda"]),
        ("folder", "https://lettre.example.org", ["https://lettre.example.org/signup/agenda"]),
        ("folder", "", []),
    ],
)
def test_archive_leads_to_signing_up_where_readers_can_reach_it(
    tmp_path: Path, place: PlaceName, public_url: str, urls: list[str]
) -> None:
    lists = '[lists.agenda]\ntitle = "L’agenda"\nsignup = true\n[lists.membres]\ntitle = "Aux membres"\n'
    folder = '[publish]\nfolder = "site"\nurl = "https://www.example.org/lettres"\n'
    own = '[sender]\nname = "Les Semis"\naddress = "lettre@example.org"\n'
    (tmp_path / "apes-mailer.toml").write_text(f'public_url = "{public_url}"\n{own}{lists}{folder}', encoding="utf-8")
    sign_ups = Application(Workspace(tmp_path)).site(place).sign_ups
    assert [each.url for each in sign_ups] == urls
    assert {each.title for each in sign_ups} <= {"L’agenda"}
