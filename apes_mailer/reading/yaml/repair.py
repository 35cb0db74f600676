"""Mending what YAML cannot read: the line at fault, and the line to paste instead, proven by parsing again.

A parser reports one fault and stops. Here each proposal is put in place and parsed; it counts only if the text is then
read as meant. So the next fault comes to light, and the author sees all of them at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apes_mailer.reading.yaml.indentation import blanks, wrong_columns
from apes_mailer.reading.yaml.misread import misread_values
from apes_mailer.reading.yaml.proposal import Proposal
from apes_mailer.reading.yaml.source import Fault, Source
from apes_mailer.reading.yaml.stray import glued, homeless, stray_sign, stray_text, without_colon
from apes_mailer.reading.yaml.tree import Scan, SyntaxFault, scan
from apes_mailer.reading.yaml.words import Words

_MOST_FAULTS = 60
_MOST_CHARACTERS_PARSED = 8_000_000


@dataclass(frozen=True, slots=True)
class Repaired:
    """A text that can be parsed, unless ``scan`` still has a fault, and what was wrong on the way.

    Each fault comes with the source that its lines count in.
    """

    source: Source
    scan: Scan
    faults: list[tuple[Source, Fault]]


def repair(source: Source, words: Words) -> Repaired:
    """Parse a text; mend it line by line as long as that lets the parser read more."""
    return _Repair(source, words).run()


class _Repair:
    def __init__(self, source: Source, words: Words) -> None:
        self._source = source
        self._words = words
        self._scan = scan(source.text)
        self._tries = max(5, min(1000, _MOST_CHARACTERS_PARSED // max(1, len(source.text))))
        self._faults: list[tuple[Source, Fault]] = []

    def run(self) -> Repaired:
        while self._scan.fault is not None and len(self._faults) < _MOST_FAULTS and self._step(self._scan.fault):
            pass
        if self._scan.fault is not None:
            self._faults.append((self._source, _beyond_repair(self._source, self._scan.fault)))
        return Repaired(self._source, self._scan, self._faults)

    def _step(self, fault: SyntaxFault) -> bool:
        """Put a proposal in place that proves itself: of the kinds of proposals the first that has any."""
        if fault.too_deep:
            return False
        lines, words = self._source.lines, self._words
        until = min(fault.line, len(lines) - 1)
        return (
            self._first(blanks(lines, until))
            or self._first(glued(lines, until, self._scan, words))
            or self._first(misread_values(lines, until, self._scan, words, with_fields_below=False))
            or self._first(without_colon(lines, until, words))
            or self._furthest(stray_text(lines, until, words), wrong_columns(lines, until, words))
            or self._furthest(stray_sign(lines, until, words))
            or self._first(misread_values(lines, until, self._scan, words, with_fields_below=True))
            or self._first(homeless(lines, until, words))
        )

    def _first(self, proposals: Iterable[Proposal]) -> bool:
        return any(self._accept(trial) for trial in self._trials(proposals))

    def _furthest(self, *kinds: Iterable[Proposal]) -> bool:
        """Accept the proposal that lets the parser read most; of several the first kind, and the least change."""
        trials = [(trial, kind) for kind, proposals in enumerate(kinds) for trial in self._trials(proposals)]
        best = min(trials, key=lambda pair: (-pair[0].reached, pair[1], pair[0].size), default=None)
        return best is not None and self._accept(best[0])

    def _trials(self, proposals: Iterable[Proposal]) -> Iterator[_Trial]:
        """Try proposals one by one, and yield those that prove themselves."""
        for proposal in proposals:
            if self._tries <= 0:
                return
            self._tries -= 1
            source = self._source.corrected(proposal.correction)
            after = scan(source.text)
            if proposal.proven(after):
                yield _Trial(proposal, source, after)

    def _accept(self, trial: _Trial) -> bool:
        self._faults.append((self._source, trial.proposal.fault()))
        self._source, self._scan = trial.source, trial.scan
        return True


@dataclass(frozen=True, slots=True)
class _Trial:
    """A proposal in place, and what the parser makes of it."""

    proposal: Proposal
    source: Source
    scan: Scan

    @property
    def reached(self) -> float:
        """How many lines the parser reads."""
        return math.inf if self.scan.fault is None else self.scan.fault.line

    @property
    def size(self) -> int:
        """How many lines change, but for one."""
        return self.proposal.correction.last - self.proposal.correction.first


def _beyond_repair(source: Source, fault: SyntaxFault) -> Fault:
    if fault.too_deep:
        return Fault(
            line=fault.line,
            message="is nested too deeply",
            cure="Put a text that holds [ or { in quotes.",
        )
    lines = source.lines
    line = fault.line if fault.line < len(lines) and lines[fault.line].strip() else fault.line - 1
    line = max(0, min(line, len(lines) - 1))
    cure = "Look at this line and the one above: a colon, a quote or a dash is missing, or the indentation differs."
    if lines[line].lstrip().startswith("- "):
        cure = (
            "This item does not fit what stands above it. Perhaps the name of its list is missing (blocks:, articles:),"
            ' or the "- " before the item above.'
        )
    return Fault(line=line, message="cannot be read as YAML here", cure=cure)
