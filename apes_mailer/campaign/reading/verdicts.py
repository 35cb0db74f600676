"""What pydantic has to say about the data of an issue, in words for its author."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from apes_mailer.campaign.reading.draft import Draft
from apes_mailer.campaign.reading.remark import split_cure
from apes_mailer.campaign.reading.shape import GroupShape, KindsShape, ListShape, Shape
from apes_mailer.errors import Problem

_OF_PYDANTIC = frozenset(get_args(ErrorType))
_MESSAGES = {
    "too_short": ("is an empty list", 'Write at least one item, starting with "- ".'),
    "string_pattern_mismatch": ("holds signs that are not allowed here", "Use small letters, digits, - and _."),
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
        else:
            path += f".{part}" if path else part
            at = at.fields.get(part) if isinstance(at, GroupShape) else None
    return path


def _words(error: ErrorDetails, path: str, draft: Draft) -> tuple[str, str]:
    kind = error["type"]
    if kind == "missing":
        name = path.rpartition(".")[2]
        if path in draft.positions:
            return "is empty", "Write something after the colon."
        return f'"{name}" is missing', f'Add a line that starts with "{name}: ".'
    if kind in _MESSAGES:
        return _MESSAGES[kind]
    if kind in _OF_PYDANTIC:
        return "cannot be used as it is written", "Compare it with the description of this field in the reference."
    return split_cure(error["msg"])
