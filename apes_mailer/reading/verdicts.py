"""What pydantic has to say about the data of an issue, in words for its author."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from apes_mailer.errors import Problem
from apes_mailer.model.spelling import plain
from apes_mailer.reading.draft import Draft
from apes_mailer.reading.misfits import first_field
from apes_mailer.reading.remark import split_cure
from apes_mailer.reading.shape import GroupShape, KindsShape, ListShape, Shape

_OF_PYDANTIC = frozenset(get_args(ErrorType))
_MESSAGES = {
    "too_short": ("is an empty list", 'Write at least one item, starting with "- ".'),
    "string_unicode": ("holds half of a character", "Type the text again."),
    "model_type": ("is empty", "Write its fields, or remove it."),
    "model_attributes_type": ("is empty", "Write its fields, or remove it."),
}


def problems(errors: list[ErrorDetails], draft: Draft, shape: GroupShape, *, shown: str) -> Iterator[Problem]:
    """Yield a problem for each error whose place has none yet."""
    for error in errors:
        path = _path(error["loc"], shape)
        if any(place in draft.unusable for place in ancestors(path)):
            continue
        if any(path in ancestors(place) for place in draft.unusable):
            continue  # something is there, and what is wrong with it is told
        message, cure = _words(error, path, draft)
        yield Problem(message=message, file=shown, line=line_of(draft.positions, path) or 1, field=path, hint=cure)


def line_of(positions: Mapping[str, int], path: str) -> int | None:
    """Return the line of a field or item, or of the nearest known one around it."""
    return next((positions[place] for place in ancestors(path) if place in positions), None)


def ancestors(path: str) -> Iterator[str]:
    """Yield a path, then what it is part of: ``blocks[2].title``, ``blocks[2]``, ``blocks`` and the empty path."""
    while path:
        yield path
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    yield path


def _path(loc: tuple[int | str, ...], shape: Shape) -> str:
    """Return the path in the file for a location, which names the kind of a block though it is no field."""
    path = ""
    at: Shape | None = shape
    for part in loc:
        if isinstance(at, KindsShape) and part in at.kinds:
            at = at.kinds[str(part)]
        elif isinstance(part, int):
            path += f"[{part}]"
            at = at.item if isinstance(at, ListShape) else None
        elif part != "[key]":  # the name itself, and not what stands under it
            path += f".{part}" if path else part
            at = at.fields.get(part) if isinstance(at, GroupShape) else None
    return path


def _words(error: ErrorDetails, path: str, draft: Draft) -> tuple[str, str]:
    kind = error["type"]
    group, name = draft.groups.get(path.rpartition(".")[0]), path.rpartition(".")[2]
    if kind == "missing":
        return _missing(group, name, written=path in draft.positions)
    if kind == "empty":
        return "is empty", _filling(group, name)
    if kind == "string_pattern_mismatch":
        slug = plain(str(error["input"]))
        cure = f'Did you mean "{slug}"? ' if slug else ""
        return "holds signs that are not allowed here", f"{cure}Use small letters, digits, - and _."
    if kind in _MESSAGES:
        return _MESSAGES[kind]
    if kind in _OF_PYDANTIC:
        return "cannot be used as it is written", "Compare it with the description of this field in the reference."
    return split_cure(error["msg"])


def _missing(group: GroupShape | None, name: str, *, written: bool) -> tuple[str, str]:
    """Say that a field has nothing after its colon, or is not there at all."""
    shape = group.fields.get(name) if group is not None else None
    item = first_field(shape.item) if isinstance(shape, ListShape) else ""
    if written:
        below = f'Write its items on the lines below, each starting with "- {item}: ".'
        return "is empty", below if item else "Write something after the colon."
    below = f'Add a line "{name}:" and below it, indented, a line that starts with "- {item}: ".'
    return f'"{name}" is missing', below if item else f'Add a line that starts with "{name}: ".'


def _filling(group: GroupShape | None, name: str) -> str:
    """Say what to do with an empty text; a line that the schema wants cannot be removed."""
    if group is not None and name == "alt" and "decorative" in group.fields:
        return (
            "Write what the picture shows. If it says nothing that the text does not say, write instead of this line:"
            " decorative: true"
        )
    needed = group is not None and name in group.required
    return "Write something after the colon." if needed else "Write something or remove the line."
