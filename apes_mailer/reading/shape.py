"""What the schema expects at each place, read off the models themselves, so that a new field needs nothing here."""

from __future__ import annotations

import datetime as dt
import functools
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class TextShape:
    """A text; ``kind`` is its class, such as ``Line``, or plain ``str``."""

    kind: type[str]


@dataclass(frozen=True, slots=True)
class ChoiceShape:
    """One of a few words or numbers."""

    choices: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class DateShape:
    """A day."""


@dataclass(frozen=True, slots=True)
class SwitchShape:
    """true or false."""


@dataclass(frozen=True, slots=True)
class ListShape:
    """Items of one shape; ``lone`` when a single one may stand without a dash."""

    item: Shape
    lone: bool


@dataclass(frozen=True, slots=True)
class NamesShape:
    """Names that the author chooses, each with items of one shape; ``name`` and ``item`` are the classes of both."""

    name: type[str]
    items: ListShape


@dataclass(frozen=True, slots=True)
class GroupShape:
    """The fields of a model, in the order of the schema: its own, then those that it shares with others."""

    name: str
    fields: Mapping[str, Shape]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindsShape:
    """Groups of fields told apart by the field ``tag``."""

    tag: str
    kinds: Mapping[str, GroupShape]


Shape = TextShape | ChoiceShape | DateShape | SwitchShape | ListShape | NamesShape | GroupShape | KindsShape


@functools.cache
def group(model: type[BaseModel]) -> GroupShape:
    """Return the shape of a model."""
    fields = dict(sorted(model.model_fields.items(), key=lambda field: field[0] not in model.__annotations__))
    return GroupShape(
        name=model.__name__,
        fields={name: _of_field(field) for name, field in fields.items()},
        required=tuple(name for name, field in fields.items() if field.is_required()),
    )


def lone_text(shape: GroupShape) -> str | None:
    """Return the field that a mere text must be meant for: the only one that a group cannot do without."""
    only = shape.required[0] if len(shape.required) == 1 else ""
    return only if isinstance(shape.fields.get(only), TextShape) else None


def fields_of(shape: Shape) -> Iterator[tuple[str, Shape]]:
    """Yield the name and the shape of all fields at any depth, as often as they occur."""
    match shape:
        case ListShape():
            yield from fields_of(shape.item)
        case KindsShape():
            for kind in shape.kinds.values():
                yield from fields_of(kind)
        case GroupShape():
            for name, field in shape.fields.items():
                yield name, field
                yield from fields_of(field)
        case _:
            pass


def _of_field(field: FieldInfo) -> Shape:
    lone = any(isinstance(each, BeforeValidator) for each in field.metadata)
    if isinstance(field.discriminator, str):
        return _kinds(field.annotation, field.discriminator)
    return _of(field.annotation, lone=lone)


def _of(annotation: Any, *, lone: bool = False) -> Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotated(arguments)
    if origin in {Union, types.UnionType}:
        [only] = [each for each in arguments if each is not type(None)]
        return _of(only)
    if origin in {list, tuple}:
        return ListShape(_of(arguments[0]), lone)
    if origin is dict:
        return _names(*arguments)
    if origin is Literal:
        return ChoiceShape(arguments)
    return _of_class(annotation)


def _annotated(arguments: tuple[Any, ...]) -> Shape:
    discriminator = next((each.discriminator for each in arguments if isinstance(each, FieldInfo)), None)
    lone = any(isinstance(each, BeforeValidator) for each in arguments)
    return _kinds(arguments[0], discriminator) if isinstance(discriminator, str) else _of(arguments[0], lone=lone)


def _names(name: type[str], items: Any) -> NamesShape:
    shape = _of(items)
    if not isinstance(shape, ListShape):
        raise TypeError(f"the schema has names of a kind that no author can write yet: {items}")
    return NamesShape(name, shape)


def _kinds(union: Any, tag: str) -> KindsShape:
    models: tuple[type[BaseModel], ...] = get_args(union)
    return KindsShape(tag, {get_args(model.model_fields[tag].annotation)[0]: group(model) for model in models})


def _of_class(kind: type) -> Shape:
    if issubclass(kind, BaseModel):
        return group(kind)
    if issubclass(kind, str):
        return TextShape(kind)
    if issubclass(kind, bool):
        return SwitchShape()
    if issubclass(kind, dt.date):
        return DateShape()
    raise TypeError(f"the schema has a field of a kind that no author can write yet: {kind}")
