"""Writes apes_mailer/check/clients/support.csv: what mail programs support, from npm's caniemail.

    python3 tools/export_client_support.py [VERSION]

Run by hand when there are new figures; needs npm and its registry. The package is fetched into a temporary folder,
nothing of it is run, and only figures are taken: for each feature and mail program, the last state that was tested and
the version or month of the test. None of its texts.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "apes_mailer" / "check" / "clients" / "support.csv"
VERSION = "2.0.2"
LEAST_FIGURES = 10
"""A mail program about which less is known is left out."""

Figures = Mapping[str, Mapping[str, str]]
"""Feature → mail program → state and version, such as ``n 2025-07``."""


def fetch(version: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the data of the package and its description."""
    npm = shutil.which("npm") or sys.exit("npm is not installed.")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [npm, "pack", "--silent", f"caniemail@{version}"], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as package:
            return _json(package, "package/data/caniemail.json"), _json(package, "package/package.json")


def _json(package: tarfile.TarFile, name: str) -> dict[str, Any]:
    member = package.extractfile(name)
    if member is None:
        sys.exit(f"{name} is not in the package.")
    return json.load(member)


def figures(data: Mapping[str, Any]) -> Figures:
    """Return the newest figure of each feature in each mail program; those that nobody knows are left out."""
    return {
        feature["slug"]: {
            f"{family}.{platform}": figure
            for family, platforms in feature["stats"].items()
            for platform, versions in platforms.items()
            if (figure := newest(versions))
        }
        for feature in data["data"]
        if feature["category"] in {"css", "html", "image"}
    }


def newest(versions: Mapping[str, str]) -> str:
    """Return state and version of the last test; what a state has behind it, numbers of notes, is dropped."""
    version, state = list(versions.items())[-1]
    return f"{state[0]} {version}" if state[:1] in {"y", "a", "n"} else ""


def table(found: Figures, source: str) -> str:
    """Return the figures as CSV, a feature a line and a mail program a column."""
    programs = sorted({program for row in found.values() for program in row})
    known = [program for program in programs if sum(program in row for row in found.values()) >= LEAST_FIGURES]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    text.write(f"# {source}\n")
    writer.writerow(["feature", *known])
    writer.writerows(_rows(found, known))
    return text.getvalue()


def _rows(found: Figures, programs: list[str]) -> Iterator[list[str]]:
    for feature in sorted(found):
        yield [feature, *(found[feature].get(program, "") for program in programs)]


def main() -> None:
    """Fetch, convert, write."""
    data, package = fetch(sys.argv[1] if len(sys.argv) > 1 else VERSION)
    source = (
        f"caniemail {package['version']} (npm, {package['license']}, see NOTICE); figures of "
        f"{data['last_update_date'][:10]}; exported {dt.datetime.now(dt.UTC):%Y-%m-%d}"
    )
    TARGET.write_text(table(figures(data), source), encoding="utf-8")


if __name__ == "__main__":
    main()
