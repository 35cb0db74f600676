"""Workspaces for the acceptance tests, made once and copied."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support import variants
from tests.support.cli import STARTER, Cli, copy_workspace, make_workspace, sendgrid_environment, write_contacts
from tests.support.local_sendgrid import API_KEY, LocalSendGrid


@pytest.fixture(scope="session")
def large_workspace(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A workspace with a stored list "tous" of 10,000 contacts, from which nothing was sent."""
    folder = tmp_path_factory.mktemp("large")
    cli = make_workspace(folder / "workspace", folder / "home")
    cli.ok("contacts", "import", str(write_contacts(folder / "tous.csv", 10_000)), "--list", "tous", "--yes")
    return cli


@pytest.fixture(scope="session")
def varied_workspace(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A workspace whose letter has three variants for the 10,000 contacts of the stored list "tous"."""
    folder = tmp_path_factory.mktemp("varied")
    cli = make_workspace(folder / "workspace", folder / "home")
    (cli.workspace / "campaigns" / STARTER / "issue.yaml").write_text(variants.ISSUE, encoding="utf-8")
    file = variants.write_contacts(folder / "tous.csv", 10_000)
    cli.ok("contacts", "import", str(file), "--list", "tous", "--yes")
    return cli


@pytest.fixture
def varied(varied_workspace: Cli, tmp_path: Path) -> Cli:
    """A copy of the workspace with three variants, for one test."""
    return copy_workspace(varied_workspace, tmp_path / "workspace", tmp_path / "home")


@pytest.fixture(scope="session")
def small_workspace(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A workspace with a stored list "tous" of 60 contacts, from which nothing was sent."""
    folder = tmp_path_factory.mktemp("small")
    cli = make_workspace(folder / "workspace", folder / "home")
    cli.ok("contacts", "import", str(write_contacts(folder / "tous.csv", 60)), "--list", "tous", "--yes")
    return cli


@pytest.fixture
def large(large_workspace: Cli, tmp_path: Path) -> Cli:
    """A copy of the large workspace, for one test."""
    return copy_workspace(large_workspace, tmp_path / "workspace", tmp_path / "home")


@pytest.fixture
def small(small_workspace: Cli, tmp_path: Path) -> Cli:
    """A copy of the small workspace, for one test."""
    return copy_workspace(small_workspace, tmp_path / "workspace", tmp_path / "home")


@pytest.fixture(scope="session")
def fresh_workspace(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A workspace as ``init`` leaves it."""
    folder = tmp_path_factory.mktemp("fresh")
    return make_workspace(folder / "workspace", folder / "home")


@pytest.fixture
def fresh(fresh_workspace: Cli, tmp_path: Path) -> Cli:
    """A copy of a workspace as ``init`` leaves it, for one test."""
    return copy_workspace(fresh_workspace, tmp_path / "workspace", tmp_path / "home")


@pytest.fixture
def server() -> Generator[LocalSendGrid]:
    """A local SendGrid."""
    with LocalSendGrid() as running:
        yield running


@pytest.fixture(scope="session")
def strict_server() -> Generator[LocalSendGrid]:
    """A local SendGrid that knows the starter's sender only."""
    with LocalSendGrid(senders=["example.org"]) as running:
        yield running


@pytest.fixture
def strict(fresh: Cli, strict_server: LocalSendGrid) -> Cli:
    """A copy of a workspace as ``init`` leaves it, which sends through the strict server."""
    fresh.extra = sendgrid_environment(strict_server.base_url, API_KEY, batch_size=10, in_flight=1)
    return fresh
