"""The table of contents of a letter that has many parts."""

from __future__ import annotations

from typing import Any

_MOST_WITHOUT = 5
_NEVER_LISTED = frozenset({"banner", "logos"})


def of(blocks: list[dict[str, Any]], *, wanted: bool | None) -> list[dict[str, str]]:
    """Return ``title`` and ``anchor`` of the parts to list, or nothing when the letter needs no table of contents.

    Each block, as templates see it, gets its ``anchor``: a name that a link can lead to, or ``None``. Parts are listed
    from six on, or as ``wanted`` says; blocks without a title, calls to action and logos are none.
    """
    parts: list[dict[str, str]] = []
    for block in blocks:
        block["anchor"] = None
        title = block.get("heading") or block.get("title")
        if title and block["type"] not in _NEVER_LISTED:
            block["anchor"] = f"part-{len(parts) + 1}"
            parts.append({"title": title, "anchor": block["anchor"]})
    if len(parts) > (_MOST_WITHOUT if wanted is None else 1) and wanted is not False:
        return parts
    for block in blocks:
        block["anchor"] = None
    return []
