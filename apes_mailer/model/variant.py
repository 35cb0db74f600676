"""Variants: the letters that an issue becomes when some of its parts are for some readers only.

A part with an ``audience`` goes to the contacts that match it. Contacts who get the same parts get the same variant;
what a contact has nothing for, or says in another way, is not a match.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from apes_mailer.model.issue import Article, Audience, Block, Divider, Issue, Section
from apes_mailer.model.spelling import alike, plain

OTHERS = "others"
"""The variant of those whom no audience means; it has only what everybody gets."""

_APART = re.compile(r"[,;/|]")
_LONGEST_NAME = 60
_MOST_TRIED = 1000  # combinations of values


def values_in(cell: str) -> dict[str, str]:
    """Return the values of a cell, by what they are compared as; ``Aisne, Somme`` are two."""
    return {value: each.strip() for each in _APART.split(cell) if (value := alike(each))}


@dataclass(frozen=True, slots=True)
class Condition:
    """Whom an audience means: contacts who have one of the values in each of the fields, by the names of fields.

    ``words`` are the values as the author wrote them.
    """

    fields: tuple[tuple[str, frozenset[str]], ...]
    words: str = field(compare=False)

    @classmethod
    def of(cls, audience: Audience) -> Condition:
        """Return the condition of a part that is for some readers only."""
        wanted = [(column.field, frozenset(values_in(";".join(values)))) for column, values in audience.items()]
        return cls(
            fields=tuple(sorted(wanted, key=lambda each: (each[0], sorted(each[1])))),
            words=", ".join(value for values in audience.values() for value in values),
        )

    def holds(self, contact: Mapping[str, str]) -> bool:
        """Whether a contact with these fields is meant."""
        return all(values & values_in(contact.get(name, "")).keys() for name, values in self.fields)


@dataclass(frozen=True, slots=True)
class Variant:
    """What some readers get; ``conditions`` are those of the parts that others do not get, in the order of the issue.

    ``name`` is ``aisne-somme``, or ``others``; it can be part of a file name.
    """

    name: str
    conditions: tuple[Condition, ...]

    @property
    def words(self) -> str:
        """The audiences as the author wrote them; empty for those whom none means."""
        return " + ".join(condition.words for condition in self.conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What is left of an issue; ``issue`` is None when that is nothing to read.

    ``blocks`` are the numbers in the whole issue of the blocks that are left, each with those of its articles.
    """

    issue: Issue | None
    blocks: Sequence[tuple[int, Sequence[int]]]

    def path(self, path: str) -> str:
        """Return the path in the whole issue for a path in what is left of it."""
        match = re.match(r"blocks\[(\d+)\](?:\.articles\[(\d+)\])?", path)
        if match is None:
            return path
        block, articles = self.blocks[int(match[1])]
        article = "" if match[2] is None else f".articles[{articles[int(match[2])]}]"
        return f"blocks[{block}]{article}{path[match.end() :]}"


Part = Block | Article
Position = tuple[int, ...]
"""A block of an issue by its number, an article by two, counted from 0."""


def cut(issue: Issue, keep: Callable[[Position, Part], bool]) -> Cut:
    """Return an issue with only the parts to keep.

    A section without articles goes, and so does a divider that has nothing before or after it any more.
    """
    left: list[tuple[int, list[int], Block]] = []
    for number, block in enumerate(issue.blocks):
        articles = block.articles if isinstance(block, Section) else []
        kept = [each for each, article in enumerate(articles) if keep((number, each), article)]
        if keep((number,), block) and (kept or not articles):
            fewer = {"articles": [articles[each] for each in kept]}
            whole = len(kept) == len(articles)
            left.append((number, kept, block if whole else block.model_copy(update=fewer)))
    if len(left) < len(issue.blocks):
        left = list(_without_stray_dividers(left))
    blocks = [block for *_, block in left]
    readable = len(left) == len(issue.blocks) or any(not isinstance(block, Divider) for block in blocks)
    return Cut(
        issue=issue.model_copy(update={"blocks": blocks}) if readable else None,
        blocks=[(number, kept) for number, kept, _ in left],
    )


def _without_stray_dividers(left: list[tuple[int, list[int], Block]]) -> Iterator[tuple[int, list[int], Block]]:
    divider: tuple[int, list[int], Block] | None = None
    begun = False
    for each in left:
        if isinstance(each[2], Divider):
            divider = each if begun else None
            continue
        if divider is not None:
            yield divider
        divider, begun = None, True
        yield each


def public(issue: Issue) -> Cut:
    """Return what the public web version shows: what everybody gets, and what is marked ``web: true``."""
    return cut(issue, lambda _position, part: part.audience is None or part.web)


@dataclass(frozen=True)
class Audiences:
    """The audiences of an issue, and the variants that come of them."""

    issue: Issue
    _variants: dict[frozenset[Condition], Variant] = field(
        default_factory=dict[frozenset[Condition], Variant], init=False, repr=False, compare=False
    )

    @cached_property
    def _conditions(self) -> Mapping[Position, Condition]:
        return {
            position: Condition.of(part.audience) for position, part in _parts(self.issue) if part.audience is not None
        }

    @cached_property
    def paths(self) -> Mapping[Condition, Sequence[str]]:
        """The conditions in the order of the issue, each with the paths of the audiences that it stands for."""
        paths: dict[Condition, list[str]] = {}
        for position, condition in self._conditions.items():
            paths.setdefault(condition, []).append(f"{_path(position)}.audience")
        return paths

    @cached_property
    def fields(self) -> Sequence[str]:
        """The names of the fields that decide who gets what."""
        return sorted({name for condition in self.paths for name, _ in condition.fields})

    def values(self) -> Iterator[tuple[str, str, str]]:
        """Yield each value that an audience names: its path, its field, and the value as it is written."""
        for position, part in _parts(self.issue):
            for column, values in (part.audience or {}).items():
                for index, value in enumerate(values):
                    yield f"{_path(position)}.audience.{column}[{index}]", column.field, value

    @cached_property
    def _names(self) -> Mapping[Condition, str]:
        names: dict[Condition, str] = {}
        for condition in self.paths:
            name = plain(condition.words).replace("_", "-")[:_LONGEST_NAME].strip("-") or "audience"
            taken = {OTHERS, *names.values()}
            spellings = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
            names[condition] = next(each for each in spellings if each not in taken)
        return names

    def variant_of(self, contact: Mapping[str, str]) -> Variant:
        """Return the variant that a contact with these fields gets."""
        return self._variant(frozenset(condition for condition in self.paths if condition.holds(contact)))

    def possible(self, most: int) -> list[Variant]:
        """Return the variants that contacts with one value in each field can get, those of ``others`` last.

        When these are more than ``most``: that of each condition, and that of none.
        """
        choices = [self._choices(name) for name in self.fields]
        if math.prod(map(len, choices)) <= _MOST_TRIED:
            contacts = (dict(zip(self.fields, values, strict=True)) for values in itertools.product(*choices))
            variants = set(map(self.variant_of, contacts))
            if len(variants) <= most:
                return sorted(variants, key=self.rank)
        alone = [self._variant(frozenset([condition])) for condition in self.paths]
        return sorted({*alone, self._variant(frozenset())}, key=self.rank)

    def _choices(self, name: str) -> list[str]:
        """Return values of a field, none of them among them: one of all those that the same conditions ask for."""
        asked: dict[str, frozenset[Condition]] = {}
        for condition in self.paths:
            for each, values in condition.fields:
                if each == name:
                    asked |= {value: asked.get(value, frozenset()) | {condition} for value in values}
        return [
            "",
            *{conditions: value for value, conditions in sorted(asked.items(), key=lambda each: each[0])}.values(),
        ]

    def cut(self, variant: Variant) -> Cut:
        """Return the issue as the readers of a variant get it."""
        return self._cut(variant.conditions)

    def _cut(self, holding: Collection[Condition]) -> Cut:
        return cut(self.issue, lambda position, part: part.audience is None or self._conditions[position] in holding)

    def rank(self, variant: Variant) -> tuple[bool, list[int]]:
        """Return what sorts variants: in the order of the issue, that of ``others`` last."""
        order = list(self.paths)
        return (not variant.conditions, [order.index(condition) for condition in variant.conditions])

    def _variant(self, holding: frozenset[Condition]) -> Variant:
        if holding not in self._variants:
            self._variants[holding] = self._found(holding)
        return self._variants[holding]

    def _found(self, holding: frozenset[Condition]) -> Variant:
        """Return the variant of contacts for whom these conditions hold: not all of them need show anything."""
        left = self._cut(holding)
        positions = (
            []
            if left.issue is None
            else [position for block, articles in left.blocks for position in _positions(block, articles)]
        )
        shown = {self._conditions[position] for position in positions if position in self._conditions}
        conditions = tuple(condition for condition in self.paths if condition in shown)
        name = "+".join(self._names[condition] for condition in conditions) or OTHERS
        if len(name) > _LONGEST_NAME:
            name = f"{name[:_LONGEST_NAME]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        return Variant(name, conditions)


def _positions(block: int, articles: Iterable[int]) -> Iterator[Position]:
    yield (block,)
    yield from ((block, article) for article in articles)


def _path(position: Position) -> str:
    block, *article = position
    return f"blocks[{block}]" + "".join(f".articles[{each}]" for each in article)


def _parts(issue: Issue) -> Iterator[tuple[Position, Part]]:
    for number, block in enumerate(issue.blocks):
        yield (number,), block
        if isinstance(block, Section):
            yield from (((number, each), article) for each, article in enumerate(block.articles))
