"""What a view of a letter must be like: everything can be read, nothing moves sideways, columns stand side by side."""

from __future__ import annotations

from tools.clients.chromium import View, Window
from tools.clients.simulated import Client

WINDOWS = tuple(Window(width=width, dark=dark) for width in (640, 375) for dark in (False, True))
_COLUMNS_FROM = 600
"""Pixels: a window that is as wide as a letter shows its columns."""

_NARROWEST = 150
"""Pixels that a text needs beside something else, for about 18 letters on a line."""


def shortcomings(view: View, client: Client, window: Window) -> list[str]:
    """Return what is wrong, each with the words that it is wrong with."""
    found = list(view.faults)
    found += [f"asked of a foreign host: {address}" for address in view.foreign]
    if not view.texts:
        found.append("blank: no text at all")
    if client.pictures and view.missing_pictures:
        found.append(f"pictures: {view.missing_pictures} are not shown")
    if client.narrow or window.width >= _COLUMNS_FROM:
        if view.width > window.width:
            found.append(f"sideways: {view.width:.0f} px in a window of {window.width}")
        for column in view.columns:
            if window.width >= _COLUMNS_FROM and not column["beside"]:
                found.append(f"stacked: «{column['title']}» does not stand beside its neighbour")
            if column["beside"] and column["width"] < _NARROWEST:
                found.append(f"narrow: «{column['title']}» has {column['width']:.0f} px")
    return found
