"""Programs of others that some tests run: Debian's, npm's, and Python packages that need an environment of their own.

What is missing is installed: Debian packages by apt for root, the rest at fixed versions into the ignored folder
``.cache``. Where that cannot be, the test is skipped and the reason printed; with ``CI`` set it fails instead, so that
nobody takes a test that never ran for one that passed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import NoReturn

import pytest
from filelock import FileLock

CACHE = Path(__file__).resolve().parents[2] / ".cache"
_MINUTES_FOR_AN_INSTALLATION = 10


def program(name: str, package: str) -> str:
    """Return the path of a program; ``package`` is the Debian package that brings it."""
    found = shutil.which(name)
    if found is None:
        with _lock("apt"):
            found = shutil.which(name) or _apt(name, package)
    return found


def npm_package(name: str, version: str) -> Path:
    """Return the folder of an npm package; its own dependencies lie beside it, in the same ``node_modules``."""
    folder = CACHE / "npm" / f"{name.replace('/', '-')}-{version}"
    with _lock(folder.name):
        if not folder.is_dir():
            npm = program("npm", "npm")
            part = _fresh(folder)
            quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
            _run([npm, "install", *quiet, "--prefix", str(part), f"{name}@{version}"], f"{name} of npm")
            part.rename(folder)
    return folder / "node_modules" / name


def python_with(requirement: str) -> str:
    """Return a Python that has one package, pinned as ``name==version``, and not those of this project."""
    folder = CACHE / "python" / requirement.replace("==", "-")
    interpreter = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    with _lock(folder.name):
        if not interpreter.exists():
            part = _fresh(folder)
            venv.create(part, symlinks=os.name != "nt")
            pip = [sys.executable, "-m", "pip", "--python", str(part), "install", "--quiet"]
            _run([*pip, "--disable-pip-version-check", requirement], requirement)
            part.rename(folder)
    return str(interpreter)


def _lock(name: str) -> FileLock:
    """Tests run in several processes; one installs and the others wait."""
    CACHE.mkdir(exist_ok=True)
    return FileLock(CACHE / f"{name}.lock")


def _fresh(folder: Path) -> Path:
    """Return an empty folder to install into; only what is complete gets its name."""
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    return part


def _apt(name: str, package: str) -> str:
    if shutil.which("apt-get") is None or getattr(os, "geteuid", lambda: -1)() != 0:
        _missing(f"{name} is not installed; on Debian: apt-get install {package}")
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    _run([*apt, "update"], package)
    _run([*apt, "install", "--yes", "--no-install-recommends", package], package)
    return shutil.which(name) or _missing(f"the Debian package {package} brought no {name}")


def _run(command: list[str], what: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_MINUTES_FOR_AN_INSTALLATION * 60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        _missing(f"{what} could not be installed: {error}")
    if done.returncode:
        _missing(f"{what} could not be installed: {done.stderr.strip()[-500:]}")


def _missing(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (CI is set, so this test has to run)", pytrace=False)
    pytest.skip(reason)
