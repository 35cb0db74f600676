"""Corrections of one file that can all be pasted: where several touch the same lines, one correction holds them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from apes_mailer.reading.yaml.entry import indentation
from apes_mailer.reading.yaml.source import Correction, Edit, Fault, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A fault at the path of a field; ``meant`` is the path under which a wrong name was read on."""

    path: str
    fault: Fault
    meant: str = ""

    @property
    def corrected_from(self) -> int | None:
        """The first line that the fault's own correction touches, or None when it has none."""
        if self.fault.edit is not None:
            return self.fault.edit.line
        return self.fault.correction.first if self.fault.correction is not None else None


def agreed(faults: Sequence[Placed], source: Source) -> Iterator[Placed]:
    """Yield the faults with corrections that do not undo each other, each of them once.

    A value that is not as the meant field wants it is mended with the name, and not told again.
    """
    after = _After(source, faults)
    renamed = {each.meant: each.fault.edit.line for each in faults if each.meant and each.fault.edit is not None}
    told: set[Correction] = set()
    for each in faults:
        fault = each.fault
        line = each.corrected_from
        if line is None:
            yield each
            continue
        if fault.edit is None and renamed.get(each.path) == line:
            continue
        correction = after.correction(line)
        if correction in told:
            cure = f"{fault.cure} It is mended in what is to be pasted above.".lstrip()
            fault = replace(fault, correction=None, cure=cure)
        else:
            fault = replace(fault, correction=correction)
            told.add(correction)
        yield replace(each, fault=fault)


class _After:
    """What lines become when every correction is in place."""

    def __init__(self, source: Source, faults: Sequence[Placed]) -> None:
        self._source = source
        edits: dict[int, list[Edit]] = {}
        for each in faults:
            if each.fault.edit is not None:
                edits.setdefault(each.fault.edit.line, []).append(each.fault.edit)
        self._lines: dict[int, tuple[str, ...]] = {
            line: (_edited(source.lines[line], those),) for line, those in edits.items()
        }
        corrections = [each.fault.correction for each in faults if each.fault.correction is not None]
        self._widest_last = sorted(corrections, key=lambda one: one.last - one.first)
        for correction in self._widest_last:
            self._put(correction, edits)

    def correction(self, line: int) -> Correction:
        """Return the correction of a line with all else that is corrected in the same lines."""
        around = (one for one in reversed(self._widest_last) if one.first <= line <= one.last)
        widest = next(around, Correction(line, line, ()))
        become = [self._lines.get(at, self._source.lines[at : at + 1]) for at in range(widest.first, widest.last + 1)]
        return replace(widest, lines=tuple(new for lines in become for new in lines))

    def _put(self, correction: Correction, edits: Mapping[int, list[Edit]]) -> None:
        """Lines that only move take along what they have become; others keep the edits of their beginning."""
        covered = range(correction.first, correction.last + 1)
        old, new = self._source.lines[covered.start : covered.stop], correction.lines
        if len(old) == len(new) and all(map(_moves, old, new)):
            for line, before, after in zip(covered, old, new, strict=True):
                self._lines[line] = _moved(before, after, self._lines.get(line, (before,)))
            return
        kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old[0], new[0], strict=False)))
        head = _edited(new[0], [edit for edit in edits.get(covered.start, []) if edit.end <= kept])
        self._lines |= dict.fromkeys(covered, ()) | {covered.start: (head, *new[1:])}


def _moves(old: str, new: str) -> bool:
    return new.endswith(old.lstrip())


def _moved(old: str, new: str, become: Sequence[str]) -> tuple[str, ...]:
    """Move what a line has become as the line itself moves, with its new dash if it gets one."""
    lead = new[: len(new) - len(old.lstrip())]
    by = " " * (len(lead) - indentation(old))
    return (*(lead + text.lstrip() for text in become[:1]), *(by + text for text in become[1:]))


def _edited(line: str, edits: Sequence[Edit]) -> str:
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        line = line[: edit.start] + edit.word + line[edit.end :]
    return line
