"""Ledgers for the tests of the ledger."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.ledgers import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger, None, None]:
    """A ledger whose list holds five contacts; batches of two are batches 1, 2 and 3."""
    made = Ledger.create(tmp_path, contacts=5)
    yield made
    made.database.close()
