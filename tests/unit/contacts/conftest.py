"""A fresh store for each test."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.unit.contacts.stores import Store


@pytest.fixture
def store(tmp_path: Path) -> Generator[Store]:
    """An empty store."""
    found = Store(tmp_path)
    yield found
    found.close()
