"""From words that stand for merge tags to slots that know where they stand."""

from __future__ import annotations

import re
from collections.abc import Callable

from apes_mailer.errors import Problem, ThemeError
from apes_mailer.model import merge
from apes_mailer.model.message import Context, Part, Parts, Slot
from apes_mailer.render.tokens import NO_PLACE, Tokens

# A tag with its attributes; conditional comments are opened up, because what is inside them is HTML for Outlook.
_TAG = re.compile(r"<(?P<name>/?[a-zA-Z][^\s/>]*)(?P<attributes>[^\"'>]*(?:\"[^\"]*\"[^\"'>]*|'[^']*'[^\"'>]*)*)>")
_ATTRIBUTE = re.compile(r"(?P<name>[^\s=\"'/]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')")
_LINKS = {"href", "src", "background", "action"}
_NO_LINK = re.compile(r"(?:mailto|tel):[^?]*", re.IGNORECASE)


def of_line(text: str, context: Context) -> Parts:
    """Split a line as its author wrote it at the merge tags that have a meaning."""
    parts: list[Part] = []
    done = 0
    for tag in merge.find(text):
        if tag.expression is not None:
            parts += [text[done : tag.start], Slot(tag.expression, context)]
            done = tag.end
    return (*parts, text[done:])


def plain(text: str, tokens: Tokens, context: Context) -> Parts:
    """Split a subject or a plain text at its words."""
    return _split(text, tokens, lambda _start, _end: context)


def html(text: str, tokens: Tokens) -> Parts:
    """Split HTML at its words, each with the context it stands in.

    Raises ``ThemeError`` where no value could be made safe: in a style, a tag name, an attribute without quotes.
    """
    places = _places(text, tokens)
    styles = [match.span() for match in re.finditer(r"<style\b.*?</style>", text, re.DOTALL | re.IGNORECASE)]

    def context(start: int, end: int) -> Context:
        tag = tokens.restore(text[start:end])
        if any(lo <= start < hi for lo, hi in styles):
            raise _no_place(tag, "inside <style>")
        for lo, hi, attribute in places:
            if lo <= start < hi:
                if attribute is None:
                    raise _no_place(tag, "inside a tag, outside an attribute's quotes")
                if attribute in {"style", "srcdoc"} or attribute.startswith("on"):
                    raise _no_place(tag, f'inside the attribute "{attribute}"')
                return _attribute_context(attribute, text[lo:start])
        return Context.HTML

    return _split(text, tokens, context)


def _places(text: str, tokens: Tokens) -> list[tuple[int, int, str | None]]:
    """Spans of attribute values (with the attribute's name), then of whole tags (None), of tags that hold a word."""
    values: list[tuple[int, int, str | None]] = []
    tags: list[tuple[int, int, str | None]] = []
    for tag in _TAG.finditer(text):
        if not tokens.occur_in(tag.group()):
            continue
        tags.append((tag.start(), tag.end(), None))
        offset = tag.start("attributes")
        for attribute in _ATTRIBUTE.finditer(tag["attributes"]):
            group = "double" if attribute["double"] is not None else "single"
            start, end = attribute.span(group)
            values.append((offset + start, offset + end, attribute["name"].lower()))
    return values + tags


def _attribute_context(attribute: str, before: str) -> Context:
    if attribute not in _LINKS:
        return Context.ATTRIBUTE
    if not before:
        return Context.URL
    return Context.ADDRESS if _NO_LINK.fullmatch(before) else Context.URL_PART


def _no_place(tag: str, where: str) -> ThemeError:
    problem = Problem(message=f"{tag} stands {where}, where no value is safe", hint=NO_PLACE)
    return ThemeError("A merge tag stands where it cannot.", [problem])


def _split(text: str, tokens: Tokens, context_at: Callable[[int, int], Context]) -> Parts:
    parts: list[Part] = []
    done = 0
    for start, end, expression in tokens.split(text):
        if start > done:
            parts.append(text[done:start])
        parts.append(Slot(expression, context_at(start, end)))
        done = end
    if done < len(text):
        parts.append(text[done:])
    return tuple(parts)
