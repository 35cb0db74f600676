"""What is said of an argument that could not be read, in words of our own instead of those of the libraries."""

from __future__ import annotations

import difflib
import re
from typing import Any

_NUMBERS = {"int_parsing": "a whole number", "int_from_float": "a whole number", "float_parsing": "a number"}
_CHOICE = re.compile(r"'([^']+)'")


def reword(error: Any) -> None:
    """Put the message of an argument that is no number, or none of its choices, into plain words; leave all others."""
    causes = getattr(error.__cause__, "errors", None)
    if type(error).__name__ != "BadParameter" or causes is None:
        return
    (fault, *_) = causes(include_url=False)
    typed = fault["input"]
    if fault["type"] in _NUMBERS:
        error.message = f"{typed} is not {_NUMBERS[fault['type']]}."
    elif fault["type"] == "value_error":
        error.message = _of_choices(typed, fault["msg"]) or fault["msg"].removeprefix("Value error, ")


def _of_choices(typed: str, message: str) -> str:
    """Return what can be chosen, and what was probably meant; nothing when the message names no choices."""
    _, given, names = message.partition(" is not one of ")
    choices = _CHOICE.findall(names)
    if not given or not choices:
        return ""
    close = difflib.get_close_matches(typed, choices, n=1)
    meant = f" Did you mean {close[0]}?" if close else ""
    return f"{typed} is not one of: {', '.join(choices)}.{meant}"
