"""The letters that an issue becomes for its audiences, each rendered and checked once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from apes_mailer.check import catalogue
from apes_mailer.model.finding import Finding
from apes_mailer.model.issue import Issue
from apes_mailer.model.variant import Audiences, Variant
from apes_mailer.render.letter import Letter

MOST = 20
"""Variants that one letter may have; each is a letter that somebody should look at before it goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A letter, what the checks say of it, and the bytes of HTML as a recipient gets it."""

    letter: Letter
    findings: Sequence[Finding]
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantLetter(Checked):
    """A letter as the readers of one variant get it; the findings have their places in the whole issue."""

    variant: Variant


class Variants:
    """The variants of one issue; ``check`` renders and checks what is left of it."""

    def __init__(self, issue: Issue, check: Callable[[Issue], Checked]) -> None:
        self.audiences = Audiences(issue)
        self._check = check
        self._known: dict[str, VariantLetter | None] = {}
        self._named: dict[str, Variant] = {}
        self._lock = threading.Lock()

    @property
    def differ(self) -> bool:
        """Whether some readers may get another letter than others."""
        return bool(self.audiences.fields)

    def counted(self, combinations: Iterable[tuple[Sequence[str], int]]) -> list[tuple[Variant, int]]:
        """Return the variants that contacts get, with how many do.

        ``combinations`` are values of the fields that decide, each with the number of contacts who have them.
        """
        counts: dict[Variant, int] = {}
        for values, count in combinations:
            variant = self.audiences.variant_of(dict(zip(self.audiences.fields, values, strict=True)))
            counts[variant] = counts.get(variant, 0) + count
        self._named.update((variant.name, variant) for variant in counts)
        return sorted(counts.items(), key=lambda counted: self.audiences.rank(counted[0]))

    def named(self, name: str) -> VariantLetter | None:
        """Return the letter of a variant that was counted or is possible, None when there is none of this name."""
        return self.get(self._named[name]) if name in self._named else None

    def for_contact(self, values: Mapping[str, str]) -> VariantLetter | None:
        """Return the letter of a contact with these fields, None when nothing of the issue is for it."""
        return self.get(self.audiences.variant_of(values))

    def get(self, variant: Variant) -> VariantLetter | None:
        """Return the letter of a variant, None when it has nothing to read."""
        with self._lock:
            if variant.name not in self._known:
                self._known[variant.name] = self._compose(variant)
            return self._known[variant.name]

    def known(self) -> list[VariantLetter]:
        """Return the letters that were asked for until now."""
        return [letter for letter in self._known.values() if letter is not None]

    def possible(self) -> list[VariantLetter]:
        """Return the letters that contacts with one value in each column can get, that of ``others`` last."""
        variants = self.audiences.possible(MOST)
        self._named.update((variant.name, variant) for variant in variants)
        return [letter for letter in map(self.get, variants) if letter is not None]

    def _compose(self, variant: Variant) -> VariantLetter | None:
        left = self.audiences.cut(variant)
        if left.issue is None:
            return None
        found = self._check(left.issue)
        findings = [replace(finding, field=left.path(finding.field)) for finding in found.findings]
        return VariantLetter(variant=variant, letter=found.letter, findings=findings, weight=found.weight)


def findings(variants: Variants) -> list[Finding]:
    """Return what the checks say of every possible variant: once, with the variants that it is said of.

    What is said of all of them names none.
    """
    letters = variants.possible()
    if not variants.differ:
        return [finding for letter in letters for finding in letter.findings]
    by_finding: dict[object, tuple[Finding, dict[str, None]]] = {}
    for letter in letters:
        for finding in letter.findings:
            same = (finding.name, finding.field, *sorted(finding.values.items()))
            by_finding.setdefault(same, (finding, {}))[1][letter.variant.name] = None
    told = [
        replace(finding, variants=tuple(names) if len(names) < len(letters) else ())
        for finding, names in by_finding.values()
    ]
    empty = any(variants.get(variant) is None for variant in variants.audiences.possible(MOST))
    return [*told, *([catalogue.finding("audience-empty.maybe")] if empty else [])]
