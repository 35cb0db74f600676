"""Damage to the files of a theme, in every way that people damage them, at every place where it can be done."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from apes_mailer.model.theme import Theme, ThemeFile
from apes_mailer.workspace import Workspace
from tests.support.letters import THEMES

_VALUE = r'"(?P<value>(?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)"'
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][\w-]*)"
    r'(?P<attributes>(?:[^"<>]|"(?:\{\{.*?\}\}|\{%.*?%\}|[^"])*")*?)(?P<void>/?)>'
)
_ATTRIBUTE = re.compile(rf"\s(?P<name>[a-zA-Z-]+)={_VALUE}")
_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_NAME = re.compile(r"(?<![\w\"'-])(?!(?:and|else|false|if|in|is|not|or|true)\b)[a-z_]+(?![\w\"'-])")
_REMARK = re.compile(r"\{#.*?#\}", re.DOTALL)
_NO_CSS = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.DOTALL)
_DECLARATION = re.compile(r"(?<=[{;])\s*(?P<name>[a-z-]+)\s*:\s*(?P<value>(?:\{\{.*?\}\}|[^;{}])+);?")
_BRACE = re.compile(r"(?<!\{)[{}](?![{}])")
_CLASS = re.compile(r"(?<![\w.])\.(?P<name>[a-z-]+)(?=[^;{}]*\{)")
_SETTING = re.compile(r"^(?P<name>[a-z_]+) = (?P<value>\"[^\"]*\"|\d+)", re.MULTILINE)
_SECTION = re.compile(r"^\[(?P<name>[a-z]+)\]", re.MULTILINE)

Change = tuple[str, int, str]
"""What was done, at which offset, and the whole text that came of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A theme with one piece of damage, on a line of one of its files."""

    kind: str
    file: str
    line: int
    before: str
    theme: Theme

    def __str__(self) -> str:
        return f"{self.theme.name}/{self.file}:{self.line} {self.kind}: {self.before}"


def _cut(text: str, start: int, end: int, new: str = "") -> str:
    return text[:start] + new + text[end:]


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _pair(text: str, opening: re.Match[str], closing: re.Match[str], *new: str) -> str:
    first, last = new or ("", "")
    return _cut(_cut(text, *closing.span(), last), *opening.span(), first)


def _tags(text: str) -> Iterator[Change]:
    waiting: list[re.Match[str]] = []
    for tag in _TAG.finditer(_blank(_REMARK, text)):
        name = tag["name"]
        if not tag["close"]:
            yield "tag misspelt", tag.start(), _cut(text, *tag.span("name"), f"{name}x")
            yield from _attributes(text, tag)
        if tag["void"]:
            yield "element dropped", tag.start(), _cut(text, *tag.span())
            yield "void tag left open", tag.start(), _cut(text, *tag.span("void"))
        elif not tag["close"]:
            waiting.append(tag)
        else:
            opening = waiting.pop()
            yield "closing tag dropped", tag.start(), _cut(text, *tag.span())
            yield "closing tag misspelt", tag.start(), _cut(text, *tag.span("name"), f"{name}x")
            yield "opening tag dropped", opening.start(), _cut(text, *opening.span())
            yield "pair dropped", opening.start(), _pair(text, opening, tag)
            yield "pair nested in itself", opening.start(), _pair(text, opening, tag, opening[0] * 2, tag[0] * 2)
            renamed = opening[0].replace(name, f"{name}x", 1)
            yield "pair misspelt", opening.start(), _pair(text, opening, tag, renamed, f"</{name}x>")
            if name.startswith("mj-"):
                wrapped = (f"<mj-section>{opening[0]}", f"{tag[0]}</mj-section>")
                yield "pair put into a section", opening.start(), _pair(text, opening, tag, *wrapped)


def _attributes(text: str, tag: re.Match[str]) -> Iterator[Change]:
    base = tag.start("attributes")
    for attribute in _ATTRIBUTE.finditer(tag["attributes"]):
        name, value = attribute["name"], attribute["value"]
        start, end = base + attribute.start("name"), base + attribute.end()
        for kind, new in {
            "attribute misspelt": f'{name[:-1]}{"x" if name[-1] != "x" else "y"}="{value}"',
            "attribute dropped": "",
            "attribute doubled": f"{text[start:end]} {text[start:end]}",
            "quote lost": text[start : end - 1],
            "both quotes lost": f"{name}={value}",
            "value out of range": f'{name}="12quux;"',
            "value in a wrong unit": f'{name}="-12pt"',
        }.items():
            yield kind, start, _cut(text, start, end, new)


def _code(text: str) -> Iterator[Change]:
    for code in _CODE.finditer(_blank(_REMARK, text)):
        start, end = code.span()
        yield "code dropped", start, _cut(text, start, end)
        yield "opening brace lost", start, _cut(text, start, start + 1)
        yield "closing brace lost", start, _cut(text, end - 1, end)
        for name in _NAME.finditer(code[0]):
            yield "name misspelt", start, _cut(text, start + name.end(), start + name.end(), "x")


def _css(text: str) -> Iterator[Change]:
    css = _blank(_NO_CSS, text)
    for each in _DECLARATION.finditer(css):
        start, value = each.start("name"), each["value"]
        yield "property misspelt", start, _cut(text, *each.span("name"), f"{each['name']}x")
        yield "value of CSS out of range", start, _cut(text, *each.span("value"), "12quux")
        wrong = value.replace("px", "pz") if "px" in value else f"{value} 5"
        yield "value of CSS in a wrong unit", start, _cut(text, *each.span("value"), wrong)
        yield "colon lost", start, _cut(text, start, each.start("value"), f"{each['name']} ")
        yield "declaration dropped", start, _cut(text, start, each.end())
        if each[0].endswith(";"):
            yield "semicolon lost", start, _cut(text, each.end() - 1, each.end())
    for each in _BRACE.finditer(css):
        yield "brace of CSS lost", each.start(), _cut(text, *each.span())
    for each in _CLASS.finditer(css):
        yield "class misspelt", each.start(), _cut(text, *each.span("name"), f"{each['name']}x")


def _toml(text: str) -> Iterator[Change]:
    for each in _SETTING.finditer(text):
        start, value = each.start(), each["value"]
        yield "key misspelt", start, _cut(text, *each.span("name"), f"{each['name']}x")
        yield "key dropped", start, _cut(text, *each.span())
        yield "key doubled", start, _cut(text, *each.span(), f"{each[0]}\n{each[0]}")
        wrong = {"empty": '""', "a list": '["a"]', "a switch": "true"}
        if value.startswith('"'):
            wrong |= {"half quoted": value[:-1], "not quoted": value[1:-1], "a number": "12"}
            wrong |= {"a colour too short": f'{value[:-2]}"'} if value.startswith('"#') else {}
        else:
            wrong |= {"negative": f"-{value}", "a text": f'"{value}px"', "far too large": f"{value}000"}
        for kind, new in wrong.items():
            yield f"value {kind}", start, _cut(text, *each.span("value"), new)
    for each in _SECTION.finditer(text):
        for kind, new in {"misspelt": f"[{each['name']}x]", "dropped": "", "left open": f"[{each['name']}"}.items():
            yield f"section {kind}", each.start(), _cut(text, *each.span(), new)


_WAYS: dict[str, tuple[Callable[[str], Iterator[Change]], ...]] = {
    ".mjml": (_tags, _code),
    ".txt": (_code,),
    ".css": (_css, _code),
    ".toml": (_toml,),
}


def _of_file(theme: Theme, name: str) -> Iterator[Mutant]:
    file = theme.files[name]
    ways = _WAYS[Path(name).suffix] + ((_css,) if "<mj-style>" in file.text else ())
    for kind, offset, text in itertools.chain.from_iterable(way(file.text) for way in ways):
        line = file.text.count("\n", 0, offset) + 1
        files = {**theme.files, name: ThemeFile(path=file.path, text=text)}
        before = file.text.split("\n")[line - 1].strip()
        yield Mutant(kind=kind, file=name, line=line, before=before, theme=replace(theme, files=files))


def mutants() -> Iterator[Mutant]:
    """Yield every theme that has one piece of damage; the files that all themes share are damaged in one only."""
    for theme in (Workspace(Path("no-workspace")).theme(name) for name in THEMES):
        for name, file in sorted(theme.files.items()):
            shared = file.path.startswith("templates/base/")
            if name != "strings.en.toml" and not (shared and theme.name != THEMES[0]):
                yield from _of_file(theme, name)
