"""A workspace for each test, and an environment that holds nothing of the developer's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from apes_mailer.settings import ENVIRONMENT
from tests.integration.doctor.workspaces import Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A workspace as ``init`` leaves it, but with an address of its own."""
    for variable in ENVIRONMENT:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Place(tmp_path / "workspace")
    made.write()
    return made
