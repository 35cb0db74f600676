"""The gate: format, lint, types, layers, tests. ``python3 .ci/gate.py`` needs nothing but Python and its venv module.

``--fast`` leaves out the tests that start processes or take long. Everything is installed into ``.venv``, again only
when the pinned requirements have changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
PINS = ROOT / "requirements-dev.txt"
STAMP = ENVIRONMENT / "installed"
WORKERS = "4"  # on two cores: a crash run waits most of its time, for answers that never come
CODE = ["apes_mailer", "tests", "benchmarks", "tools", ".ci"]


def tool(name: str) -> str:
    """Return the path of a program in the environment."""
    folder = "Scripts" if os.name == "nt" else "bin"
    return str(ENVIRONMENT / folder / name)


def fingerprint() -> str:
    """Return what the environment depends on."""
    files = (PINS, ROOT / "pyproject.toml")
    return hashlib.sha256(b"\n".join(path.read_bytes() for path in files)).hexdigest() + sys.version


def install() -> None:
    """Make the environment, or bring it up to date."""
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == fingerprint():
        return
    print("Installing into .venv …", flush=True)
    if not ENVIRONMENT.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    pip = [tool("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", str(PINS)], check=True, cwd=ROOT)
    subprocess.run([*pip, "--no-deps", "--editable", "."], check=True, cwd=ROOT)
    STAMP.write_text(fingerprint(), encoding="utf-8")


def steps(*, fast: bool, extra: list[str]) -> dict[str, list[str]]:
    """Return the commands of the gate; the tests come last, so that their closing line does."""
    chosen = ["-m", "not slow"] if fast else []
    return {
        "format": [tool("ruff"), "format", "--check", "--quiet", *CODE],
        "lint": [tool("ruff"), "check", "--quiet", *CODE],
        "types": [tool("basedpyright"), "--level", "error"],
        "layers": [tool("lint-imports")],
        "tests": [tool("python"), "-m", "pytest", "-q", "-n", WORKERS, "--dist", "worksteal", *chosen, *extra],
    }


def main() -> int:
    """Run the gate; the exit code is 0 when every step passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fast", action="store_true", help="leave out the slow tests")
    options, extra = parser.parse_known_args()
    install()
    failed: list[str] = []
    for name, command in steps(fast=options.fast, extra=extra).items():
        print(f"== {name}", flush=True)
        started = time.monotonic()
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
        if name != "tests":
            print(f"   {time.monotonic() - started:.0f} s", flush=True)
    if failed:
        print(f"The gate is closed: {', '.join(failed)} failed.", file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
