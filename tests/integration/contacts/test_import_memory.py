"""A million rows never sit in memory: what an import needs does not grow with its file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import Cli, make_workspace, write_contacts

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the peak of a process counts its parent's too"),
]

_PROGRAM = """\
import re, sys
from pathlib import Path
from apes_mailer.cli.app import run
code = run(sys.argv[1:])
print(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1], file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A new workspace."""
    folder = tmp_path_factory.mktemp("memory")
    return make_workspace(folder / "workspace", folder / "home")


def _peak_mb(cli: Cli, file: Path, name: str) -> float:
    arguments = ["--workspace", str(cli.workspace), "contacts", "import", str(file), "--list", name, "--yes"]
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**cli.environment(), "APES_MAILER_DATABASE_URL": f"{name}.db"},
        check=True,
    )
    return int(done.stderr.split()[-1]) / 1024


def test_memory_of_an_import_does_not_grow_with_its_file(cli: Cli, tmp_path: Path) -> None:
    # Fewer would not fill the database's page cache, which has a fixed size.
    few = _peak_mb(cli, write_contacts(tmp_path / "few.csv", 200_000), "few")
    many = _peak_mb(cli, write_contacts(tmp_path / "many.csv", 400_000), "many")
    assert many - few < 15


def test_memory_of_an_import_does_not_grow_with_its_rejected_rows(cli: Cli, tmp_path: Path) -> None:
    peaks: list[float] = []
    for count in (150_000, 400_000):  # both more than the page cache and the sorting of the database hold
        path = tmp_path / f"{count}.csv"
        path.write_text("EMAIL;PRENOM\n" + "pas une adresse;x\n" * count, encoding="utf-8")
        peaks.append(_peak_mb(cli, path, f"rejected{count}"))
    assert peaks[1] - peaks[0] < 5
