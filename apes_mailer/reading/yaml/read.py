"""From the text of a YAML file to a tree of texts, with every fault of the YAML itself.

After a fault the correction is put in place and reading goes on, so that what stands behind it is seen as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from apes_mailer.errors import Problem
from apes_mailer.reading.yaml import losses
from apes_mailer.reading.yaml.repair import repair
from apes_mailer.reading.yaml.source import Fault, Source, clean
from apes_mailer.reading.yaml.tree import Node
from apes_mailer.reading.yaml.words import Words

_MOST_ROUNDS = 20
_MOST_FAULTS = 100  # in one round; what is behind them shows when they are mended


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlText:
    """What a text says once its faults are corrected.

    ``source`` is the corrected text, which places in the tree refer to. ``readable`` is False when a fault has hidden
    what follows it; ``root`` is then incomplete or None.
    """

    source: Source
    root: Node | None
    problems: list[Problem]
    readable: bool


def read_yaml(text: str, *, shown: str, words: Words) -> YamlText:
    """Read a YAML text without converting any value; never raises.

    ``shown`` is how problems name the file, ``words`` the names that its fields may have.
    """
    source, faults = clean(Source.of(text))
    found = [(source, fault) for fault in faults]
    repaired = repair(source, words)
    found += repaired.faults
    for _ in range(_MOST_ROUNDS):
        if repaired.scan.fault is not None or len(found) > _MOST_FAULTS:
            break
        lost = losses.find(repaired.source, repaired.scan, words)[:_MOST_FAULTS]
        source, corrected = _corrected(repaired.source, lost)
        found += [(repaired.source, fault) for fault in (corrected or lost)]
        if not corrected:
            break
        repaired = repair(source, words)
        found += repaired.faults
    return YamlText(
        source=repaired.source,
        root=repaired.scan.root,
        problems=[fault.problem(where, shown) for where, fault in _last_corrections(found)],
        readable=repaired.scan.fault is None,
    )


def _last_corrections(found: list[tuple[Source, Fault]]) -> list[tuple[Source, Fault]]:
    """Leave out each correction that a later one holds, with more lines around it."""
    told: list[tuple[Source, Fault]] = []
    given: list[tuple[range, int]] = []
    for source, fault in reversed(found):
        if fault.correction is None:
            told.append((source, fault))
            continue
        lines = range(source.number(fault.correction.first), source.number(fault.correction.last) + 1)
        wider = (line for other, line in given if lines != other and lines[0] in other and lines[-1] in other)
        line = next(wider, None)
        if line is None:
            given.append((lines, source.number(fault.line)))
            told.append((source, fault))
        else:
            cure = f"{fault.cure} It is mended in what is to be pasted for line {line}.".lstrip()
            told.append((source, replace(fault, correction=None, cure=cure)))
    return told[::-1]


def _corrected(source: Source, faults: list[Fault]) -> tuple[Source, list[Fault]]:
    """Put corrections in place from the last to the first, so that none moves the lines of another.

    Return the faults that were corrected as well: of two on the same lines the first waits for the next round.
    """
    done: list[Fault] = []
    untouched = len(source.lines)
    pairs = [(fault, fault.correction) for fault in faults if fault.correction is not None]
    for fault, correction in sorted(pairs, key=lambda pair: pair[1].first, reverse=True):
        if correction.last < untouched:
            source = source.corrected(correction)
            untouched = correction.first
            done.append(fault)
    return source, done
