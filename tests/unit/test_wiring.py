"""What an application of a workspace is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from apes_mailer.campaign import starter
from apes_mailer.errors import SettingsError
from apes_mailer.wiring import Application


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Application:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("APES_MAILER_DATABASE_URL", raising=False)
    return Application(starter.init(tmp_path / "lettre"))


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
