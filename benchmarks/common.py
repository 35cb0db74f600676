"""What the benchmarks share: workspaces, lists, the sink, and commands timed from outside."""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A command that has ended: seconds of wall clock, seconds of processor, peak memory in MB."""

    seconds: float
    cpu: float
    memory: float
    out: str
    err: str


def command(
    arguments: Sequence[str],
    *,
    cwd: Path,
    extra: Mapping[str, str] | None = None,
    alone: bool = False,
    answer: str | None = None,
) -> Timed:
    """Run a command and time it; a failure ends the benchmark.

    ``alone``: it does not see this checkout. ``answer`` is typed at a terminal of its own as soon as it can be.
    """
    environment = {**os.environ, **({} if alone else {"PYTHONPATH": str(REPOSITORY)}), **(extra or {})}
    # A file, not a pipe, which could fill up while the other one is read.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors, _keyboard(answer) as stdin:
        return _timed(arguments, cwd, environment, errors, stdin)


@contextmanager
def _keyboard(answer: str | None) -> Generator[int | None, None, None]:
    """Yield the end of a terminal at which a line waits to be read, or None when nobody types anything."""
    if answer is None:
        yield None
        return
    person, terminal = os.openpty()
    os.write(person, f"{answer}\n".encode())
    yield terminal
    os.close(terminal)
    os.close(person)


def _timed(
    arguments: Sequence[str], cwd: Path, environment: Mapping[str, str], errors: IO[str], stdin: int | None
) -> Timed:
    started = time.perf_counter()
    process = subprocess.Popen(
        list(arguments), cwd=cwd, env=environment, stdin=stdin, stdout=subprocess.PIPE, stderr=errors, text=True
    )
    assert process.stdout is not None
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)} failed with exit code {process.returncode}")
    errors.seek(0)
    cpu = usage.ru_utime + usage.ru_stime
    return Timed(seconds=seconds, cpu=cpu, memory=_megabytes(usage), out=out, err=errors.read())


def _megabytes(usage: resource.struct_rusage) -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * unit / 1e6


def apes_mailer(*arguments: str, cwd: Path, extra: Mapping[str, str] | None = None, answer: str | None = None) -> Timed:
    """Run and time the command line."""
    return command([sys.executable, "-m", "apes_mailer", *arguments], cwd=cwd, extra=extra, answer=answer)


def workspace(folder: Path) -> Path:
    """Make a workspace."""
    apes_mailer("init", str(folder), cwd=folder.parent)
    return folder


def first_name(number: int) -> str:
    """Return the first name of a numbered contact: one of 997."""
    return f"Prénom{number % 997}"


def contacts_file(path: Path, count: int) -> Path:
    """Write a list of made-up contacts: address, first name, last name, organisation."""
    people = list(range(count))
    random.Random(count).shuffle(people)  # real lists are in the order in which people joined them
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("EMAIL;PRENOM;NOM;STRUCTURE\n")
        for number, person in enumerate(people):
            file.write(
                f"prenom.nom{person}@exemple{person % 20_000}.fr;{first_name(number)};Nom{number % 4999};"
                f"Structure {number % 1234}\n"
            )
    return path


@contextmanager
def sink(*arguments: str) -> Generator[str, None, None]:
    """Run the sink in a process of its own; yields its port."""
    process = subprocess.Popen(
        [sys.executable, str(REPOSITORY / "benchmarks" / "sink.py"), "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield str(json.loads(process.stdout.readline())["port"])
    finally:
        process.terminate()
        process.wait()


def sendgrid(base_url: str, **more: str) -> dict[str, str]:
    """Return the environment that sends to a sink."""
    return {
        "SENDGRID_API_KEY": "SG.benchmark",
        "APES_MAILER_PROVIDER": "sendgrid",
        "APES_MAILER_SENDGRID_BASE_URL": base_url,
        "APES_MAILER_PUBLIC_URL": "https://lettre.example.org",
        **more,
    }


def row(name: str, value: str, target: str = "") -> None:
    """Print a line of the result table."""
    print(f"| {name} | {value} | {target} |", flush=True)
