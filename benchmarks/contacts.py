"""Importing a list: rows a second, validated and deduplicated, beside what the sqlite3 command does without either.

python -m benchmarks.contacts [--rows 1000000]      (needs the sqlite3 command)
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import common
from benchmarks.common import apes_mailer, row


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    count: int = parser.parse_args().rows
    if shutil.which("sqlite3") is None:
        sys.exit("The sqlite3 command is not installed; it is what this is compared with.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = common.workspace(Path(temporary) / "workspace")
        small = common.contacts_file(Path(temporary) / "petit.csv", 10_000)
        large = common.contacts_file(Path(temporary) / "grand.csv", count)
        print("| what | measured | wanted |\n| --- | --- | --- |")
        few = apes_mailer("contacts", "import", str(small), "--list", "petit", "--yes", cwd=folder)
        many = apes_mailer("contacts", "import", str(large), "--list", "grand", "--yes", cwd=folder)
        again = apes_mailer("contacts", "import", str(large), "--list", "grand", "--yes", cwd=folder)
        taken_back = [apes_mailer("contacts", "undo-import", "--yes", cwd=folder) for _ in range(2)]
        asked = apes_mailer("contacts", "import", str(large), "--list", "grand", cwd=folder, answer="yes")
        shell = common.command(
            [
                "sqlite3",
                str(Path(temporary) / "peer.db"),
                "CREATE TABLE contact (EMAIL TEXT UNIQUE, PRENOM, NOM, STRUCTURE)",
                ".mode csv",
                ".separator ;",
                f".import --skip 1 {large} contact",
            ],
            cwd=folder,
        )
        row(f"import of {count:,} rows", f"{count / many.seconds:,.0f} rows/s", ">= 80,000/s")
        row("the same file again, unchanged", f"{count / again.seconds:,.0f} rows/s")
        row(f"import of {count:,} rows, preview included", f"{count / asked.seconds:,.0f} rows/s", ">= 50,000/s")
        row("undoing the import that changed nothing", f"{taken_back[0].seconds:.1f} s")
        row(f"undoing the import that made {count:,} contacts", f"{taken_back[1].seconds:.1f} s")
        ratio = shell.seconds / many.seconds
        row(
            "sqlite3 .import into a unique table",
            f"{count / shell.seconds:,.0f} rows/s: {ratio:.1f} times slower",
            "> 1",
        )
        row("peak memory, 10,000 rows", f"{few.memory:.0f} MB")
        row(f"peak memory, {count:,} rows", f"{many.memory:.0f} MB", "<= 120 MB")
        row("peak memory, preview included", f"{asked.memory:.0f} MB", "<= 120 MB")
        row("peak memory, undoing", f"{max(each.memory for each in taken_back):.0f} MB", "<= 120 MB")


if __name__ == "__main__":
    main()
