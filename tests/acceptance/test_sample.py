"""The sample that the README sends: it is what it promises to be."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import REPOSITORY, Cli

pytestmark = pytest.mark.slow

SAMPLE = "2025-07"
HEAVIEST = 70_000  # bytes of HTML


@pytest.fixture
def sample(tmp_path: Path) -> Cli:
    """The repository as a workspace: what of it is in git, and nothing that a developer left there."""
    for name in ("campaigns", "templates", "apes-mailer.toml"):
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, tmp_path / name)
    (tmp_path / "contacts").mkdir()
    for name in ("staff.csv", "exemple.csv"):
        shutil.copyfile(REPOSITORY / "contacts" / name, tmp_path / "contacts" / name)
    return Cli(workspace=tmp_path, home=tmp_path / "home")


def test_sample_is_light_and_built_the_same_each_time(sample: Cli, tmp_path: Path) -> None:
    built: list[dict[str, bytes]] = []
    for folder in ("one", "two"):
        sample.ok("build", SAMPLE, "--out", str(tmp_path / folder))
        built.append({path.name: path.read_bytes() for path in sorted((tmp_path / folder).iterdir()) if path.is_file()})
    assert set(built[0]) == {"issue.mjml", "issue.html", "issue.txt", "issue.eml"}
    assert built[0] == built[1]
    assert len(built[0]["issue.html"]) <= HEAVIEST


def test_sample_has_nothing_to_report_but_its_age_and_its_example_addresses(sample: Cli) -> None:
    assert "no error, 2 warnings," in sample.ok("check", SAMPLE, "--to", "staff").err
    found = sample.ok("check", SAMPLE, "--json").json()["findings"]
    assert {(each["rule"], each["severity"]) for each in found} == {
        ("issue-date", "warning"),
        ("example-address", "warning"),
    }


@pytest.mark.skipif(sys.platform == "win32", reason="the line is for a Unix shell; the README gives the other folder")
def test_first_command_of_the_readme_sends_the_sample_and_says_where_to_look(tmp_path: Path) -> None:
    page = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    first, second = re.findall(r"^```sh\n(.*?)\n```", page, re.MULTILINE | re.DOTALL)[:2]
    assert second == "python3 .ci/gate.py"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    clone, home = tmp_path / "clone", tmp_path / "home"
    for name in listed.stdout.rstrip("\0").split("\0"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPOSITORY / name, clone / name)
    environment = Cli(workspace=clone, home=home).environment()
    done = subprocess.run(
        ["sh", "-c", first], cwd=clone, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    match = re.search(r"Look at them in your browser: (.+)", done.stderr)
    assert match, done.stderr
    assert Path(match[1].strip()).is_relative_to(clone)
    assert Path(match[1].strip()).is_file()


def test_schema_beside_the_sample_is_the_one_that_is_printed(sample: Cli) -> None:
    kept = (REPOSITORY / "issue.schema.json").read_text(encoding="utf-8")
    assert json.loads(kept) == sample.ok("schema").json()
