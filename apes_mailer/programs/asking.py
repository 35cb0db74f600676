"""Asking another program of this computer: text in, text out, within a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence

_SECONDS = 60.0


class AbsentError(Exception):
    """The program is not installed."""


class FailedError(Exception):
    """The program gave no answer; the message says what it said."""


def ask(name: str, options: Sequence[str], given: bytes, *, seconds: float = _SECONDS) -> bytes:
    """Return what a program prints for ``given``, whatever its exit code.

    It gets an empty home, so that nothing of this person's decides, and what it keeps is gone afterwards. Raises
    ``AbsentError``, or ``FailedError`` when it prints nothing or takes too long.
    """
    program = shutil.which(name)
    if program is None:
        raise AbsentError(name)
    with tempfile.TemporaryDirectory(prefix="apes-mailer-") as home:
        kept = {key: value for key, value in os.environ.items() if key in {"PATH", "SYSTEMROOT", "JAVA_HOME"}}
        try:
            done = subprocess.run(  # noqa: S603 - its names and options are constants of this package
                [program, *options],
                input=given,
                env={**kept, "HOME": home, "LC_ALL": "C.UTF-8"},
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise FailedError(f"no answer within {seconds:g} seconds") from error
        except OSError as error:
            raise FailedError(error.strerror or str(error)) from error
    if not done.stdout.strip():
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise FailedError(said[-1] if said else f"exit code {done.returncode}")
    return done.stdout
