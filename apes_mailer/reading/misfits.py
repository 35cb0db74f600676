"""How to tell an author that what is written is not what belongs there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from apes_mailer.reading.shape import GroupShape, KindsShape, ListShape, Shape
from apes_mailer.reading.yaml.braces import unfolded
from apes_mailer.reading.yaml.entry import entry_at, last_line_below, quoted
from apes_mailer.reading.yaml.indentation import shifted
from apes_mailer.reading.yaml.source import Correction, Edit, Fault, Source
from apes_mailer.reading.yaml.tree import Fields, Node, Scalar
from apes_mailer.reading.yaml.words import Words


def nothing() -> Fault:
    """The file holds no field."""
    return Fault(line=0, message="is empty", cure="Write an issue, or make a new one with: apes-mailer new NAME")


def only_a_note(source: Source, line: int) -> Fault | None:
    """Nothing but a comment stands after the colon of a text that is needed."""
    entry = entry_at(source.lines, line)
    if entry is None or not entry.value.startswith("#"):
        return None
    head = source.lines[line][: entry.value_column].rstrip()
    return Fault(
        line=line,
        message="is empty: everything after # is a note for YAML",
        correction=Correction(line, line, (f"{head} {quoted(entry.value)}",)),
    )


def text_for_list(line: int, shape: ListShape) -> Fault:
    """Text stands where a list belongs."""
    names = _field_names(shape.item)
    cure = "Write each item on a line of its own below, after a dash and a space."
    if names:
        cure = f'Write "- {names[0]}: …" on the line below, indented, and under it as needed {_listed(names[1:])}.'
    return Fault(line=line, message="is text, but a list belongs here", cure=cure)


def text_for_fields(source: Source, line: int, name: str, *, dash: str = "") -> Fault:
    """A mere text stands where fields belong, and only one of them can be meant."""
    entry = entry_at(source.lines, line)
    correction = None
    if entry is not None and not entry.key and entry.last == line:
        head, value = source.lines[line][: entry.value_column], entry.value
        correction = Correction(line, line, (f"{head}{name}: {value}",))
    elif entry is not None and entry.last == line:
        head, value = source.lines[line][: entry.value_column].rstrip(), entry.value
        correction = Correction(line, line, (head, f"{' ' * (entry.column + 2)}{dash}{name}: {value}"))
    return Fault(
        line=line,
        message="is text, but fields belong here",
        correction=correction,
        cure="" if correction is not None else f'Write "{name}: " before it.',
    )


def text_for_kind(node: Scalar, shape: KindsShape, kind: str) -> Fault:
    """The mere name of a kind stands where its fields belong."""
    message = f'is the text "{_short(node.text)}", but fields belong here'
    edit = _replacing(node, f"{shape.tag}: {kind}")
    return Fault(line=node.place.line, message=message, edit=edit, cure="" if edit else f'Write "{shape.tag}: {kind}".')


def kind_for_field(source: Source, key: Node, shape: KindsShape, kind: str) -> Fault:
    """A block starts with its kind as if that were a field: ``- divider:``."""
    colon = source.lines[key.place.line].find(":", key.place.end_column)
    edit = Edit(key.place.line, key.place.column, colon + 1, f"{shape.tag}: {kind}") if colon >= 0 else None
    message = f'does not say what it is: "{shape.tag}" is missing'
    return Fault(line=key.place.line, message=message, edit=edit, cure="" if edit else f'Write "{shape.tag}: {kind}".')


def group_for_list(source: Source, node: Fields, line: int) -> Fault:
    """The fields of one item stand where a list belongs."""
    first, column = node.place.line, node.place.column
    message = "must be a list, even with one item"
    if node.flow or first == line:
        return Fault(line=first, message=message, cure="Put [ and ] around it." if node.flow else 'Put "- " before it.')
    last = last_line_below(source.lines, first, column - 1)
    lines = shifted(source.lines, first, last, 2)
    lines = (f"{' ' * column}- {lines[0].lstrip()}", *lines[1:])
    return Fault(line=first, message=message, correction=Correction(first, last, lines))


def not_a_text(line: int, node: Node, correction: Correction | None = None) -> Fault:
    """A list or a group stands where text belongs."""
    cure = "" if correction is not None else "Write text, in quotes if it holds [ or {."
    return Fault(line=line, message=f"is {_kind(node)}, but text belongs here", correction=correction, cure=cure)


def not_a_word(line: int, node: Node) -> Fault:
    """A list or a group stands where a single word belongs."""
    return Fault(line=line, message=f"is {_kind(node)}, but one word belongs here", cure="Write it after the colon.")


def no_group(source: Source, line: int, node: Node, shape: GroupShape) -> Fault:
    """Text or a list stands where the fields of one thing belong."""
    if isinstance(node, Scalar) and (entry := entry_at(source.lines, line)) is not None:
        correction = unfolded(source.lines, entry, Words(frozenset(shape.fields), frozenset()))
        if correction is not None:
            return Fault(line=line, message="is a text in quotes, but fields belong here", correction=correction)
    names = sorted(_field_names(shape), key=lambda name: name not in shape.required)
    cure = f"Write its fields on the lines below, indented: {_listed(names)}."
    if not isinstance(node, Scalar):
        return Fault(line=line, message="is a list, but there can only be one here", cure=f"Take away the dash. {cure}")
    return Fault(line=line, message=f'is the text "{_short(node.text)}", but fields belong here', cure=cure)


def no_names(line: int, node: Node) -> Fault:
    """Text, a list or nothing stands where the author's own names belong, each with its values."""
    if not isinstance(node, Scalar):
        message = "is a list, but the name of a column belongs before it"
    elif node.is_null:
        message = "is empty, and would be for everybody"
    else:
        message = f'is the text "{_short(node.text)}", but the name of a column belongs before it'
    cure = "Write a column of the list and what stands in it, as in {territoire: [Aisne, Somme]}."
    return Fault(line=line, message=message, cure=cure)


def no_kind(line: int, shape: KindsShape, kind: str | None) -> Fault:
    """A block does not say what it is."""
    cure = (
        f'Add a line "{shape.tag}: {kind}".'
        if kind
        else f"Start it with {shape.tag}: and one of {_listed(shape.kinds)}."
    )
    return Fault(line=line, message=f'does not say what it is: "{shape.tag}" is missing', cure=cure)


def unknown_kind(tag: Node, shape: KindsShape, written: str, kind: str | None) -> Fault:
    """A block says that it is something which does not exist."""
    cure = f"There are {_listed(shape.kinds)}."
    edit = None
    if kind is not None:
        cure, edit = f'Did you mean "{kind}"? {cure}', _replacing(tag, kind)
    message = f'is "{_short(written)}", which is no kind of block'
    return Fault(line=tag.place.line, message=message, cure=cure, edit=edit)


def double(key: Node, name: str, first: int) -> Fault:
    """A field stands twice in the same place; ``first`` is the line number of the first."""
    return Fault(
        line=key.place.line,
        message=f'"{name}" is written twice, first on line {first}',
        cure='Keep one of them. If something new starts here, put "- " before its first field.',
    )


def no_name(key: Node) -> Fault:
    """Something that is no name stands before a colon."""
    return Fault(
        line=key.place.line,
        message="has no name of a field before the colon",
        cure="Write the name of a field. If this is text, put it in quotes after the name of its field.",
    )


def unknown_field(key: Node, shape: GroupShape, name: str, meant: str | None) -> Fault:
    """A field is not one of those that the schema has here."""
    owner = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", shape.name).lower()
    message = f'"{_short(name)}" is not a field of the {owner}'
    if meant is not None and (unseen := _unseen(name)):
        message = f'has {unseen} before the colon, so that it is not read as "{meant}"'
        return Fault(line=key.place.line, message=message, cure="Take it away.", edit=_replacing(key, meant))
    if meant is not None:
        cure = f'Did you mean "{meant}"?'
        return Fault(line=key.place.line, message=message, cure=cure, edit=_replacing(key, meant))
    cure = f"The fields here are {_listed(shape.fields)}."
    if not (name.isidentifier() and name.islower()):
        cure += " If this is text, indent it below the field it belongs to."
    return Fault(line=key.place.line, message=message, cure=cure)


def _replacing(node: Node, word: str) -> Edit | None:
    """Put another word in the place of a one-line scalar."""
    place = node.place
    return Edit(place.line, place.column, place.end_column, word) if place.line == place.end_line else None


def _unseen(name: str) -> str:
    """Name the first character that looks like a space, or like nothing, or return an empty text."""
    character = next((one for one in name if one != " " and unicodedata.category(one) in {"Zs", "Cf"}), "")
    what = unicodedata.name(character, "invisible character").lower() if character else ""
    return f"a{'n' if what[0] in 'aeiou' else ''} {what} (U+{ord(character):04X})" if character else ""


def _kind(node: Node) -> str:
    if isinstance(node, Fields):
        return "a group of fields (because of the {)" if node.flow else "a group of fields"
    return "a list (because of the [)" if not isinstance(node, Scalar) and node.flow else "a list"


def _field_names(shape: Shape) -> list[str]:
    match shape:
        case GroupShape():
            return [name for name in shape.fields if name != "note"]
        case KindsShape():
            return [shape.tag]
        case _:
            return []


def first_field(shape: Shape) -> str:
    """Return the field that an item of a list starts with, or nothing."""
    return next(iter(_field_names(shape)), "")


def _listed(names: Iterable[str]) -> str:
    every = [name for name in names if name != "note"]
    return " and ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
