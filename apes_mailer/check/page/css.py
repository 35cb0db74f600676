"""CSS as mail programs read it: declarations, rules and their conditions."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import cssselect2
import tinycss2

_AT_RULES_WITH_RULES = frozenset({"media", "supports", "layer", "container"})


class Declaration(NamedTuple):
    """One property and its value, as text."""

    name: str
    value: str
    important: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """Declarations for what a selector matches, under the conditions of the ``@media`` around it.

    ``nesting`` says whether there are rules among them, which are left out.
    """

    selector: str
    declarations: tuple[Declaration, ...]
    media: tuple[str, ...] = ()
    nesting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What one ``<style>`` holds.

    ``at_rules`` are the names of all at-rules; ``nested`` those found inside another; ``commented`` says whether a
    comment stands before a rule.
    """

    rules: tuple[Rule, ...]
    at_rules: tuple[str, ...]
    nested: tuple[str, ...]
    commented: bool


@functools.lru_cache(maxsize=4096)
def declarations(text: str) -> tuple[Declaration, ...]:
    """Return the declarations of a ``style`` attribute, those that cannot be read left out."""
    return _declared(tinycss2.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True))


def _declared(nodes: list[Any]) -> tuple[Declaration, ...]:
    return tuple(
        Declaration(str(node.lower_name), tinycss2.serialize(node.value).strip(), bool(node.important))
        for node in nodes
        if node.type == "declaration"
    )


@functools.lru_cache(maxsize=64)
def sheet(text: str, media: str = "") -> Sheet:
    """Return what a ``<style>`` says; ``media`` is its attribute of that name."""
    nodes: list[Any] = tinycss2.parse_stylesheet(text)
    outside = (media,) if media else ()
    at_rules = list(_at_rules(nodes, depth=0))
    return Sheet(
        rules=tuple(_rules(nodes, outside)),
        at_rules=tuple(name for name, _ in at_rules),
        nested=tuple(name for name, depth in at_rules if depth),
        commented=_has_comment_before_a_rule(nodes),
    )


def _rules(nodes: list[Any], media: tuple[str, ...]) -> Iterator[Rule]:
    for node in nodes:
        if node.type == "qualified-rule":
            content = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
            yield Rule(
                selector=tinycss2.serialize(node.prelude).strip(),
                declarations=_declared(content),
                media=media,
                nesting=any(each.type == "qualified-rule" for each in content),
            )
        elif node.type == "at-rule" and node.lower_at_keyword in _AT_RULES_WITH_RULES and node.content:
            condition = tinycss2.serialize(node.prelude).strip()
            within = (*media, condition) if node.lower_at_keyword == "media" else media
            yield from _rules(tinycss2.parse_rule_list(node.content), within)


def _at_rules(nodes: list[Any], depth: int) -> Iterator[tuple[str, int]]:
    for node in nodes:
        if node.type == "at-rule":
            yield f"@{node.lower_at_keyword}", depth
            if node.content:
                yield from _at_rules(tinycss2.parse_rule_list(node.content), depth + 1)


def _has_comment_before_a_rule(nodes: list[Any]) -> bool:
    kinds = [node.type for node in nodes]
    last = max((place for place, kind in enumerate(kinds) if kind in {"qualified-rule", "at-rule"}), default=0)
    inside = (tinycss2.parse_rule_list(node.content) for node in nodes if node.type == "at-rule" and node.content)
    return "comment" in kinds[:last] or any(map(_has_comment_before_a_rule, inside))


@functools.lru_cache(maxsize=1024)
def compiled(selector: str) -> tuple[Any, ...]:
    """Return a list of selectors ready to match; empty when it is none, or one that only certain programs know."""
    library: Any = cssselect2
    try:
        return tuple(library.compile_selector_list(selector))
    except cssselect2.SelectorError:
        return ()


def on_screen(rule: Rule, width: int) -> bool:
    """Tell whether a rule applies on a screen of a width in pixels, in light colours or in dark ones."""
    return any(all(applies(query, width=width, dark=dark) for query in rule.media) for dark in (False, True))


@functools.lru_cache(maxsize=256)
def applies(query: str, *, width: int, dark: bool) -> bool:
    """Tell whether a media query list holds on a screen of a width in pixels; a feature not known here does not."""
    return any(_one_applies(part.strip().lower(), width=width, dark=dark) for part in query.split(","))


def _one_applies(query: str, *, width: int, dark: bool) -> bool:
    kind = re.match(r"(?:(not|only)\s+)?([a-z]+)?", query)
    negated = bool(kind and kind[1] == "not")
    medium = (kind and kind[2]) or "all"
    features = re.findall(r"\(([^()]*)\)", query)
    holds = medium in {"all", "screen"} and all(_feature_holds(each, width=width, dark=dark) for each in features)
    return holds is not negated


def _feature_holds(feature: str, *, width: int, dark: bool) -> bool:
    name, _, value = (part.strip() for part in feature.partition(":"))
    match name:
        case "prefers-color-scheme":
            return value == ("dark" if dark else "light")
        case "min-width" | "min-device-width":
            return width >= _pixels(value)
        case "max-width" | "max-device-width":
            return width <= _pixels(value)
        case _:
            return False


def _pixels(value: str) -> float:
    number = re.match(r"[\d.]+", value)
    unit = 16.0 if value.endswith("em") else 1.0
    return float(number[0]) * unit if number else 0.0
