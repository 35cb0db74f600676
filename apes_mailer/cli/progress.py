"""How far a send is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

from apes_mailer.cli.output import plural, say
from apes_mailer.model.submission import NotAccepted, Refused, Submission, Submitted, Unknown

if TYPE_CHECKING:
    from rich.progress import Progress

_EVERY_SECONDS = 10.0
_SAME_WORDS_EVERY_SECONDS = 60.0


class SendProgress:
    """Counts batches; called from the threads that submit them."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._started = self._said = time.monotonic()
        self._lock = threading.Lock()
        self._bar = _bar(total) if sys.stderr.isatty() else None
        self._last_line = ""
        self._told: dict[str, float] = {}  # words of trouble, and when they were said

    def add(self, recipients: int, submission: Submission) -> None:
        """Count a batch; what went wrong is said at once."""
        with self._lock:
            trouble = _trouble(recipients, submission)
            if trouble and self._is_news(trouble):
                self._tell(trouble)
            if isinstance(submission, Submitted):
                self._done += recipients
            if self._bar is not None:
                self._bar.update(self._bar.task_ids[0], completed=self._done)
            elif time.monotonic() - self._said >= _EVERY_SECONDS:
                self._line()

    def finish(self, *, left_out: int = 0) -> None:
        """Say the last state; ``left_out`` recipients were taken out on the way."""
        with self._lock:
            self._total -= left_out
            if self._bar is not None:
                self._bar.update(self._bar.task_ids[0], total=self._total)
                self._bar.stop()
            else:
                self._line()

    def _is_news(self, text: str) -> bool:
        # A provider that cannot be reached gives the same cause with every attempt.
        now = time.monotonic()
        if not text.startswith("Waiting") or now - self._told.get(text, -1e9) >= _SAME_WORDS_EVERY_SECONDS:
            self._told[text] = now
            return True
        return False

    def _tell(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            say(text)

    def _line(self) -> None:
        self._said = now = time.monotonic()
        rate = self._done / max(now - self._started, 0.001)
        left = f", {_duration((self._total - self._done) / rate)} left" if rate and self._done < self._total else ""
        share = 100 * self._done // self._total if self._total else 100
        so_far = f"{self._done:,} of {self._total:,} submitted ({share} %)"
        if so_far != self._last_line:
            pace = f"{rate:,.0f}/s" if rate >= 1 else f"{rate * 60:.0f}/min"
            say(f"{so_far}, {pace}{left}")
        self._last_line = so_far


def _trouble(recipients: int, submission: Submission) -> str:
    match submission:
        case Refused():
            named = len(submission.reasons)
            others = "; the others go again." if named < recipients else "."
            return f"The provider refused {plural(named, 'recipient')} of a batch{others}"
        case NotAccepted(stop=False):
            return f"Waiting, then trying again: {submission.cause}."
        case Unknown():
            return f"A batch of {plural(recipients, 'recipient')} is in doubt: {submission.cause}."
        case _:
            return ""


def _bar(total: int) -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class _SpeedColumn(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    columns = (
        TextColumn("submitted"),
        BarColumn(),
        MofNCompleteColumn(),
        _SpeedColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(stderr=True))
    bar.add_task("submitted", total=total)
    bar.start()
    return bar


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
