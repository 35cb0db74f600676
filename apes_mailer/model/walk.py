"""Walking through an issue: every value with its path, such as ``blocks[2].articles[0].title``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from pydantic import BaseModel


def walk(value: object) -> Iterator[tuple[str, object]]:
    """Yield (path, value) of a model and of everything in it, in document order."""
    # One loop with the work still to do, last first: generators within generators hand each value up level by level.
    waiting = [("", value)]
    while waiting:
        path, found = waiting.pop()
        yield path, found
        if isinstance(found, BaseModel):
            names = reversed(type(found).model_fields)
            waiting += [(f"{path}.{name}" if path else name, getattr(found, name)) for name in names]
        elif isinstance(found, (list, tuple)):
            items = cast("list[object]", found)
            waiting += [(f"{path}[{index}]", items[index]) for index in range(len(items) - 1, -1, -1)]
