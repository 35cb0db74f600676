"""From the tree of a YAML text to the data of an issue, guided by the schema.

What is not as the schema has it becomes a problem with its line and cure; where it is clear what was meant, reading
goes on with that, so that one slip neither hides the next nor is told twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from apes_mailer.errors import Problem
from apes_mailer.reading import misfits
from apes_mailer.reading.corrections import Placed, agreed
from apes_mailer.reading.meaning import Wrong, as_choice, as_date, as_switch, field_meant, kind_meant
from apes_mailer.reading.shape import (
    ChoiceShape,
    DateShape,
    GroupShape,
    KindsShape,
    ListShape,
    NamesShape,
    Shape,
    SwitchShape,
    TextShape,
    lone_text,
)
from apes_mailer.reading.yaml.entry import entry_at, rewritten
from apes_mailer.reading.yaml.source import Fault, Source
from apes_mailer.reading.yaml.tree import Fields, Items, Node, Scalar

_MOST_PROBLEMS = 500  # so many are not an issue with faults, but another file


@dataclass(frozen=True, slots=True)
class Written:
    """A text field as it was written, with the class of text that the schema has for it."""

    path: str
    kind: type[str]
    scalar: Scalar


@dataclass(frozen=True, slots=True)
class Draft:
    """Data that has the shape of an issue as far as it was written so.

    ``positions`` leads from the path of every field and item to its line, ``groups`` from the path of every group of
    fields to its shape. What is at a path in ``unusable``, or below, has a problem already and is missing in the data.
    ``blanks`` are the fields that may be left out, and have nothing after their colon.
    """

    data: object
    positions: Mapping[str, int]
    groups: Mapping[str, GroupShape]
    texts: list[Written]
    problems: list[Problem]
    unusable: frozenset[str]
    blanks: tuple[str, ...]


def read_draft(root: Node | None, source: Source, shape: GroupShape, *, shown: str) -> Draft:
    """Read the tree of an issue file; never raises."""
    reader = _Reader(source)
    data: object = None
    if root is None or (isinstance(root, Scalar) and root.is_null):
        reader.refuse("", misfits.nothing())
    else:
        data = reader.value(root, shape, "", root.place.line)
    return Draft(
        data=data,
        positions=reader.positions,
        groups=reader.groups,
        texts=reader.texts,
        problems=[each.fault.problem(source, shown, each.path) for each in agreed(reader.faults, source)],
        unusable=frozenset(reader.unusable),
        blanks=tuple(reader.blanks),
    )


@dataclass(slots=True)
class _Reader:
    source: Source
    positions: dict[str, int] = field(default_factory=dict[str, int])
    groups: dict[str, GroupShape] = field(default_factory=dict[str, GroupShape])
    texts: list[Written] = field(default_factory=list[Written])
    faults: list[Placed] = field(default_factory=list[Placed])
    unusable: set[str] = field(default_factory=set[str])
    blanks: list[str] = field(default_factory=list[str])

    def refuse(self, path: str, fault: Fault) -> None:
        """Note a problem that leaves no value at a path."""
        self.unusable.add(path)
        self.remark(path, fault)

    def remark(self, path: str, fault: Fault, *, meant: str = "") -> None:
        """Note a problem that leaves the meaning clear; reading goes on at the path ``meant``."""
        if len(self.faults) <= _MOST_PROBLEMS:
            self.faults.append(Placed(path=path, fault=fault, meant=meant))

    def value(self, node: Node, shape: Shape, path: str, line: int) -> object:
        """Return the data of a node, or None; ``line`` is where its key or its dash stands."""
        if path:
            self.positions[path] = self.source.number(line)
        return None if _is_null(node) else self._shaped(node, shape, path, line)

    def _shaped(self, node: Node, shape: Shape, path: str, line: int) -> object:
        match shape:
            case ListShape():
                return self._list(node, shape, path, line)
            case NamesShape():
                return self._names(node, shape, path, line)
            case GroupShape():
                return self._group(node, shape, path, line)
            case KindsShape():
                return self._kinds(node, shape, path, line)
            case TextShape():
                return self._text(node, shape, path, line)
            case ChoiceShape() | DateShape() | SwitchShape():
                return self._word(node, shape, path, line)

    def _list(self, node: Node, shape: ListShape, path: str, line: int) -> list[object] | None:
        if isinstance(node, Scalar):
            if shape.lone and isinstance(shape.item, TextShape):
                return [self.value(node, shape.item, f"{path}[0]", line)]
            if not isinstance(shape.item, GroupShape) or (only := lone_text(shape.item)) is None:
                self.refuse(path, misfits.text_for_list(line, shape))
                return None
            self.remark(path, misfits.text_for_fields(self.source, line, only, dash="- "))
            return [{only: self.value(node, shape.item.fields[only], f"{path}[0].{only}", line)}]
        if isinstance(node, Fields) and not shape.lone:
            self.remark(path, misfits.group_for_list(self.source, node, line))
        items = node.items if isinstance(node, Items) else [node]
        return [self.value(item, shape.item, f"{path}[{index}]", item.place.line) for index, item in enumerate(items)]

    def _names(self, node: Node, shape: NamesShape, path: str, line: int) -> dict[str, object] | None:
        if not isinstance(node, Fields):
            self.refuse(path, misfits.no_names(line, node))
            return None
        data: dict[str, object] = {}
        for key, value in node.entries:
            name = _name(key)
            below = _join(path, name)
            if not name:
                self.remark(path, misfits.no_name(key))
            elif name in data:
                self.remark(below, misfits.double(key, name, self.positions[below]))
            else:
                # Nothing is no value here: what a part is for must not become everybody by an empty line.
                data[name] = [] if _is_null(value) else self.value(value, shape.items, below, key.place.line)
                self.positions[below] = self.source.number(key.place.line)
        return data

    def _text(self, node: Node, shape: TextShape, path: str, line: int) -> str | None:
        scalar = node if isinstance(node, Scalar) else self._text_meant(node, path, line)
        if scalar is None:
            return None
        self.texts.append(Written(path, shape.kind, scalar))
        return scalar.text

    def _text_meant(self, node: Items | Fields, path: str, line: int) -> Scalar | None:
        """Report a list or a group where text belongs; return the text if the lines show what was meant."""
        entry = entry_at(self.source.lines, line)
        if entry is None or not (entry.is_empty or entry.value_column == node.place.column):
            self.refuse(path, misfits.not_a_text(line, node))
            return None
        last = node.place.end_line if node.flow else entry.last_with_dashes(self.source.lines)
        rewrite = rewritten(self.source.lines, entry, last)
        self.remark(path, misfits.not_a_text(line, node, rewrite.correction))
        return Scalar(rewrite.text, "|" if last > line else "'", replace(node.place, line=line))

    def _word(self, node: Node, shape: ChoiceShape | DateShape | SwitchShape, path: str, line: int) -> object:
        if not isinstance(node, Scalar):
            self.refuse(path, misfits.not_a_word(line, node))
            return None
        match shape:
            case ChoiceShape():
                value = as_choice(node.text, shape.choices)
            case DateShape():
                value = as_date(node.text)
            case SwitchShape():
                value = as_switch(node.text)
        if isinstance(value, Wrong):
            self.refuse(path, Fault(line=line, message=value.message, cure=value.cure))
            return None
        return value

    def _kinds(self, node: Node, shape: KindsShape, path: str, line: int) -> dict[str, object] | None:
        """Read a group as the kind that its tag names, or seems to mean."""
        if isinstance(node, Scalar) and (kind := kind_meant(node.text, shape.kinds)) is not None:
            self.remark(path, misfits.text_for_kind(node, shape, kind))
            self.groups[path] = shape.kinds[kind]
            return {shape.tag: kind}
        if not isinstance(node, Fields):
            return self.refuse(path, misfits.no_kind(line, shape, None))
        if (meant := _kind_as_field(node, shape)) is not None:
            self.remark(path, misfits.kind_for_field(self.source, node.entries[0][0], shape, meant))
            return self._group(
                replace(node, entries=node.entries[1:]), shape.kinds[meant], path, line, {shape.tag: meant}
            )
        tag = next((value for key, value in node.entries if _name(key) == shape.tag), None)
        written = tag.text.strip() if isinstance(tag, Scalar) and not tag.is_null else ""
        if written in shape.kinds:
            return self._group(node, shape.kinds[written], path, line)
        kind = kind_meant(written, shape.kinds) if written else _kind_by_fields(node, shape)
        if tag is not None and written:
            self.remark(f"{path}.{shape.tag}", misfits.unknown_kind(tag, shape, written, kind))
        else:
            self.remark(path, misfits.no_kind(line, shape, kind))
        if kind is None:
            self.unusable.add(path)
            return None
        return self._group(node, shape.kinds[kind], path, line, {shape.tag: kind})

    def _group(
        self, node: Node, shape: GroupShape, path: str, line: int, settled: Mapping[str, object] | None = None
    ) -> dict[str, object] | None:
        if isinstance(node, Scalar) and (only := lone_text(shape)):
            self.remark(path, misfits.text_for_fields(self.source, line, only))
            return {only: self.value(node, shape.fields[only], f"{path}.{only}", line)}
        if not isinstance(node, Fields):
            return self.refuse(path, misfits.no_group(self.source, line, node, shape))
        self.groups[path] = shape
        data = dict(settled or {})
        seen: dict[str, int] = {}
        names = {_name(key) for key, _ in node.entries}
        for key, value in node.entries:
            name = self._field_name(key, names, shape, path)
            if name in seen:
                self.remark(_join(path, name), misfits.double(key, name, self.source.number(seen[name])))
            elif name:
                seen[name] = key.place.line
                self._field(value, shape, _join(path, name), key.place.line, data)
        return data

    def _field(self, node: Node, group: GroupShape, path: str, line: int, data: dict[str, object]) -> None:
        name = path.rpartition(".")[2]
        if name in data:
            self.positions[path] = self.source.number(line)
        elif isinstance(group.fields[name], NamesShape) and _is_null(node):
            self.refuse(path, misfits.no_names(line, node))
        elif (value := self.value(node, group.fields[name], path, line)) is not None:
            data[name] = value
        elif name != "note" and isinstance(node, Scalar) and node.is_null:
            self._nothing(group, path, name, line)

    def _nothing(self, group: GroupShape, path: str, name: str, line: int) -> None:
        """Note a field with nothing after its colon."""
        if name not in group.required:
            self.blanks.append(path)
        elif isinstance(group.fields[name], TextShape) and (note := misfits.only_a_note(self.source, line)):
            self.refuse(path, note)

    def _field_name(self, key: Node, names: set[str], shape: GroupShape, path: str) -> str:
        """Return the field that a key names or seems to mean, or nothing."""
        name = _name(key)
        if name in shape.fields:
            return name
        if not name:
            self.remark(path, misfits.no_name(key))
        if not name or len(self.faults) > _MOST_PROBLEMS:
            return ""
        meant = field_meant(name, shape.fields)
        if meant in names:
            meant = None
        fault = misfits.unknown_field(key, shape, name, meant)
        self.remark(_join(path, name.strip()), fault, meant=_join(path, meant) if meant else "")
        return meant or ""


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


def _name(key: Node) -> str:
    return key.text if isinstance(key, Scalar) else ""


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _kind_as_field(node: Fields, shape: KindsShape) -> str | None:
    """Return the kind that a group names where its first field should be, or None."""
    if not node.entries or any(_name(key) == shape.tag for key, _ in node.entries):
        return None
    key, value = node.entries[0]
    kind = kind_meant(_name(key), shape.kinds) if isinstance(value, Scalar) and value.is_null else None
    return kind if kind is not None and field_meant(_name(key), shape.kinds[kind].fields) is None else None


def _kind_by_fields(node: Fields, shape: KindsShape) -> str | None:
    """Return the only kind that has all the fields which a group uses, or None."""
    names = {_name(key) for key, _ in node.entries} - {shape.tag}
    fitting = [kind for kind, group in shape.kinds.items() if names <= group.fields.keys()]
    return fitting[0] if len(fitting) == 1 else None
