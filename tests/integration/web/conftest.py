from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _state_of_no_developer(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """Keep what a ledger notes beside itself, and the developer's own settings, out of the way."""
    state = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(state))
        for name in ("APES_MAILER_PROVIDER", "APES_MAILER_PUBLIC_URL", "APES_MAILER_DATABASE_URL"):
            patch.delenv(name, raising=False)
        yield state
