"""What people and scripts read: words on stderr, data on stdout."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, is_dataclass
from textwrap import indent
from typing import TYPE_CHECKING, Any

from apes_mailer.cli import folding
from apes_mailer.model.finding import block_of

if TYPE_CHECKING:
    from apes_mailer.errors import Problem
    from apes_mailer.model.finding import Severity


def say(text: str = "") -> None:
    """Write lines for people, as wide as their terminal; one that is closed, or being written to, stops nothing."""
    with suppress(OSError, ValueError, RuntimeError):
        sys.stderr.write(f"{folding.fitted(text)}\n")
        sys.stderr.flush()


def emit(value: object) -> None:
    """Write data for scripts, as one JSON document; in ASCII where the output cannot carry every letter."""
    sys.stdout.write(document(value, ascii_only=not _carries_every_letter()))
    sys.stdout.flush()


def emit_each(values: Iterable[object]) -> None:
    """Write a list for scripts as :func:`emit` does, each value as soon as it is there."""
    ascii_only, before = not _carries_every_letter(), "["
    for value in values:
        text = document(value, ascii_only=ascii_only).removesuffix("\n")
        sys.stdout.write(f"{before}\n{indent(text, '  ')}")
        before = ","
    sys.stdout.write("[]\n" if before == "[" else "\n]\n")
    sys.stdout.flush()


def _carries_every_letter() -> bool:
    return _encoding().replace("-", "").lower() == "utf8"


def document(value: object, *, ascii_only: bool = False) -> str:
    """Return data for scripts as one JSON document."""
    body = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    return json.dumps(body, ensure_ascii=ascii_only, indent=2, default=str) + "\n"


def show(text: str, *, end: str = "\n") -> None:
    """Write what was asked for, in words; letters that the output cannot carry become their numbers."""
    encoding = _encoding()
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + end)
    sys.stdout.flush()


def _encoding() -> str:
    return sys.stdout.encoding or "utf-8"


def plural(count: int, word: str) -> str:
    """Return ``1 recipient`` or ``2 recipients``."""
    return f"{count:,} {word}" + ("" if count == 1 else "s" if not word.endswith(("ch", "sh", "ss")) else "es")


def moment(stamp: str) -> str:
    """Return a time of the ledger as the clock on the wall here shows it: ``2027-01-12 10:30:00 +01:00``."""
    local = dt.datetime.fromisoformat(stamp).astimezone()
    return f"{local:%Y-%m-%d %H:%M:%S} {local.isoformat()[-6:] if local.utcoffset() else 'UTC'}"


def day(stamp: str) -> str:
    """Return the day of a time of the ledger, as the calendar on the wall here shows it."""
    return moment(stamp)[:10]


def plain(value: Any) -> dict[str, Any]:
    """Return a value of the program as scripts read it: ``list_name`` is ``list`` there."""
    body: dict[str, Any] = asdict(value)
    body["list"] = body.pop("list_name")
    return body


def problem_json(rule: str, severity: Severity, problem: Problem, variants: Sequence[str] = ()) -> dict[str, Any]:
    """Return what is wrong in a letter, or in a file of it, as scripts read it."""
    return {
        "rule": rule,
        "severity": severity,
        "file": problem.file,
        "field": problem.field,
        "line": problem.line,
        "block": block_of(problem.field),
        "variants": variants,
        "message": problem.message,
        "cure": problem.hint,
    }


def problems_json(rule: str, severity: Severity, problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return several problems as scripts read them; ``rule`` is for those that no check has found."""
    return [problem_json(each.rule or rule, severity, each) for each in problems]
