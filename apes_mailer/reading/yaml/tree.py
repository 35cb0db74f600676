"""A YAML text as a tree of mappings, lists and scalars that stay the text that was written.

No value is ever converted: ``0320``, ``non``, ``2025`` and ``1.0`` are text. The parser is libyaml through PyYAML when
it is there, else PyYAML's own, which gives the same tree at a tenth of the speed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

_DEEPEST = 40
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "null", "~"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: character offsets, lines and columns from 0, the end excluded."""

    start: int
    line: int
    column: int
    end: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text. ``style`` is empty for a plain one, else the sign it starts with: ``'``, ``"``, ``|`` or ``>``."""

    text: str
    style: str
    place: Place

    @property
    def is_null(self) -> bool:
        """Nothing was written, or one of the signs for nothing."""
        return not self.style and self.text in _NULLS

    @property
    def is_block(self) -> bool:
        """The text stands on the lines below a ``|`` or ``>``."""
        return self.style in {"|", ">"}


@dataclass(frozen=True, slots=True)
class Items:
    """A list; ``flow`` when it is written in brackets."""

    items: list[Node]
    flow: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Fields:
    """Keys and values in the order written, doubles included; ``flow`` when it is written in braces."""

    entries: list[tuple[Node, Node]]
    flow: bool
    place: Place


Node = Scalar | Items | Fields


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """Where the parser gave up (line from 0)."""

    line: int
    too_deep: bool = False


@dataclass(slots=True)
class Scan:
    """What a parser made of a text, up to its end or to the first fault.

    ``scalars`` and ``closed`` (collections in brackets or braces) lead from line and column to what starts there;
    ``marked`` lists what bears a tag or an anchor or is an alias: signs that YAML would swallow.
    """

    root: Node | None = None
    fault: SyntaxFault | None = None
    scalars: dict[tuple[int, int], Scalar] = field(default_factory=dict[tuple[int, int], Scalar])
    closed: dict[tuple[int, int], Place] = field(default_factory=dict[tuple[int, int], Place])
    marked: list[Place] = field(default_factory=list[Place])

    def place(self, line: int, column: int) -> Place | None:
        """Return the extent of the complete scalar or bracketed collection that starts at a place."""
        scalar = self.scalars.get((line, column))
        return scalar.place if scalar is not None else self.closed.get((line, column))


def scan(text: str) -> Scan:
    """Parse a text without tabs, control characters or document marks in wrong places; never raises."""
    result = Scan()
    builder = _Builder(result)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
            if builder.depth > _DEEPEST:
                result.fault = SyntaxFault(_place(event, event).line, too_deep=True)
                break
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        result.fault = SyntaxFault(mark.line if mark is not None else 0)
    return result


class _Builder:
    def __init__(self, result: Scan) -> None:
        self._result = result
        self._open: list[tuple[yaml.CollectionStartEvent, list[Node]]] = []

    @property
    def depth(self) -> int:
        return len(self._open)

    def take(self, event: yaml.Event) -> None:
        match event:
            case yaml.ScalarEvent():
                self._scalar(event, event.value, (event.style or "").strip())
            case yaml.AliasEvent():
                self._scalar(event, f"*{event.anchor}", "")
            case yaml.CollectionStartEvent():
                self._open.append((event, []))
            case yaml.CollectionEndEvent():
                self._close(event)
            case _:
                pass

    def _scalar(self, event: yaml.ScalarEvent | yaml.AliasEvent, text: str, style: str) -> None:
        place = _place(event, event)
        scalar = Scalar(text, style, place)
        self._result.scalars[place.line, place.column] = scalar
        if event.anchor is not None or (isinstance(event, yaml.ScalarEvent) and event.tag is not None):
            self._result.marked.append(place)
        self._add(scalar)

    def _close(self, event: yaml.CollectionEndEvent) -> None:
        start, items = self._open.pop()
        place = _place(start, event)
        if start.flow_style:
            self._result.closed[place.line, place.column] = place
        if start.anchor is not None or start.tag is not None:
            self._result.marked.append(_place(start, start))
        flow = bool(start.flow_style)
        if isinstance(start, yaml.MappingStartEvent):
            self._add(Fields(list(zip(items[::2], items[1::2], strict=True)), flow, place))
        else:
            self._add(Items(items, flow, place))

    def _add(self, node: Node) -> None:
        if self._open:
            self._open[-1][1].append(node)
        else:
            self._result.root = node


def _place(start: yaml.Event, end: yaml.Event) -> Place:
    first, last = start.start_mark, end.end_mark
    if first is None or last is None:
        raise AssertionError("parsers mark every event")
    return Place(first.index, first.line, first.column, last.index, last.line, last.column)
