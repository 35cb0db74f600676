"""Remembering for a day which addresses were reached, so that checking again while writing asks nobody twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from apes_mailer.model.answer import Answer, Reach

KEPT = dt.timedelta(days=1)
"""How long an address counts as reached. Anything else is asked for again each time: somebody may be mending it."""


class _Kept(BaseModel):
    at: AwareDatetime
    answer: Answer


_FILE = TypeAdapter(list[_Kept])


class Memory:
    """The answers that were kept in a file; a file that is missing or damaged has none."""

    def __init__(self, file: Path, now: dt.datetime) -> None:
        self._file = file
        self._now = now
        try:
            stored = _FILE.validate_json(file.read_bytes())
        except (OSError, ValidationError):
            stored = []
        self._kept = {each.answer.url: each for each in stored if dt.timedelta() <= now - each.at < KEPT}

    def known(self) -> dict[str, Answer]:
        """The answers that are still good."""
        return {url: kept.answer for url, kept in self._kept.items()}

    def keep(self, answers: Iterable[Answer]) -> None:
        """Add what was reached just now, and write the file whole or not at all. Raises ``OSError``."""
        self._kept |= {each.url: _Kept(at=self._now, answer=each) for each in answers if each.reach is Reach.REACHED}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self._file.parent, delete=False) as part:
            part.write(_FILE.dump_json(list(self._kept.values()), indent=1))
        Path(part.name).replace(self._file)
