"""The real command line, in processes of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
STARTER = "premier-numero"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed for scripts."""
        return json.loads(self.out)


@dataclass(slots=True)
class Cli:
    """Runs ``apes-mailer`` in a workspace, with an environment that holds nothing of the developer's own."""

    workspace: Path
    home: Path
    extra: dict[str, str] = field(default_factory=dict[str, str])
    module: Sequence[str] = ("apes_mailer",)

    def environment(self) -> dict[str, str]:
        """Return the environment of the commands."""
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        paths = [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]
        return {
            **kept,
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home / "state"),
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONIOENCODING": "utf-8",
            **self.extra,
        }

    def start(self, *arguments: str, extra: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start a command and return its process."""
        return subprocess.Popen(
            [sys.executable, "-m", *self.module, "--workspace", str(self.workspace), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**self.environment(), **(extra or {})},
            cwd=self.workspace.parent,
        )

    def run(self, *arguments: str, extra: Mapping[str, str] | None = None, timeout: float = 120) -> Done:
        """Run a command to its end."""
        process = self.start(*arguments, extra=extra)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        return Done(code=process.returncode, out=out, err=err)

    def ok(self, *arguments: str, extra: Mapping[str, str] | None = None) -> Done:
        """Run a command that must succeed."""
        done = self.run(*arguments, extra=extra)
        assert done.code == 0, f"{arguments}: exit {done.code}\n{done.out}\n{done.err}"
        return done

    def status(self, name: str = STARTER) -> dict[str, Any]:
        """Return what ``status --json`` says."""
        return self.ok("status", name, "--json").json()


def make_workspace(folder: Path, home: Path) -> Cli:
    """Make a workspace by ``init``."""
    cli = Cli(workspace=folder, home=home)
    cli.workspace.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "apes_mailer", "init", str(folder)],
        capture_output=True,
        text=True,
        env=cli.environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return cli


def copy_workspace(cli: Cli, folder: Path, home: Path) -> Cli:
    """Return a copy of a workspace that no campaign has been sent from."""
    shutil.copytree(cli.workspace, folder)
    return Cli(workspace=folder, home=home, extra=dict(cli.extra), module=cli.module)


def write_contacts(path: Path, count: int) -> Path:
    """Write a list of made-up contacts."""
    lines = [
        "EMAIL;PRENOM",
        *(f"personne{number}@exemple{number % 37}.example;Prénom {number}" for number in range(count)),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def sendgrid_environment(
    base_url: str, api_key: str, *, batch_size: int, in_flight: int, timeout: float = 300
) -> dict[str, str]:
    """Return the environment that lets commands send through a local SendGrid."""
    return {
        "APES_MAILER_PROVIDER": "sendgrid",
        "APES_MAILER_PUBLIC_URL": "https://lettre.example.org",
        "APES_MAILER_SENDGRID_BASE_URL": base_url,
        "APES_MAILER_BATCH_SIZE": str(batch_size),
        "APES_MAILER_IN_FLIGHT": str(in_flight),
        "APES_MAILER_TIMEOUT": str(timeout),
        "SENDGRID_API_KEY": api_key,
    }
