"""Walking through an issue: every value with its path, such as ``blocks[2].articles[0].title``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from pydantic import BaseModel


def walk(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield (path, value) of a model and of everything in it, in document order."""
    yield path, value
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from walk(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(cast("list[object]", value)):
            yield from walk(item, f"{path}[{index}]")
