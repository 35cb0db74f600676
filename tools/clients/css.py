"""CSS as a mail program leaves it: declarations and rules taken out, the rest written again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tinycss2

_css: Any = tinycss2  # has no type information


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One property with its value, as it was written."""

    name: str
    value: str
    important: bool
    glued: bool
    """``!important`` follows without a space."""

    def __str__(self) -> str:
        return f"{self.name}:{self.value}{' !important' if self.important else ''}"


Keeps = Callable[[Declaration], bool]


def declarations(text: str, keeps: Keeps) -> str:
    """Return the declarations of a rule, or of a ``style`` attribute, that are kept."""
    found: list[str] = []
    for each in _css.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True):
        if each.type != "declaration":
            continue
        glued = bool(each.important and each.value and each.value[-1].type != "whitespace")
        value = str(_css.serialize(each.value)).strip()
        declaration = Declaration(name=each.lower_name, value=value, important=each.important, glued=glued)
        if keeps(declaration):
            found.append(str(declaration))
    return ";".join(found)


def rules(text: str, *, keeps: Keeps, at_rule: Callable[[str], bool], selector: Callable[[str], bool]) -> str:
    """Return the rules of a style sheet that are kept.

    ``at_rule`` is asked with what stands before its block, ``@media (max-width:479px)``; ``selector`` with each part
    of a list of selectors, for a rule lives on with the others.
    """
    found: list[str] = []
    for rule in _css.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        prelude = str(_css.serialize(rule.prelude or [])).strip() if rule.type.endswith("rule") else ""
        content = str(_css.serialize(getattr(rule, "content", None) or []))
        if rule.type == "at-rule":
            if at_rule(f"@{rule.lower_at_keyword} {prelude}"):
                inner = rules(content, keeps=keeps, at_rule=at_rule, selector=selector)
                found.append(f"@{rule.lower_at_keyword} {prelude}{{{inner}}}")
        elif rule.type == "qualified-rule":
            kept = [part.strip() for part in prelude.split(",") if selector(part)]
            if kept:
                found.append(f"{','.join(kept)}{{{declarations(content, keeps)}}}")
    return "\n".join(found)
