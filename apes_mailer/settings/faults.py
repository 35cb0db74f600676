"""What is said of a setting that cannot be used: where it stands, what is wrong, and what to write instead."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from apes_mailer.errors import Problem
from apes_mailer.settings.model import ENVIRONMENT, SECRETS, Settings
from apes_mailer.settings.toml_text import TomlText

_EXAMPLES: Mapping[tuple[str, ...], str] = {
    ("sender",): '[sender] on a line of its own, and below it: name = "Le Jardin" and address = "lettre@example.org"',
    ("sender", "name"): 'name = "Le Jardin"',
    ("sender", "address"): 'address = "lettre@example.org"',
}

_LISTS: Mapping[tuple[str, ...], str] = {
    ("sender", "social"): "Begin each entry with a line [[sender.social]], with name and link below it.",
    ("check", "hosts"): 'Write: hosts = ["images.example.org"]',
    ("check", "clients"): 'Write: clients = ["gmail", "outlook"]',
    ("serve", "trusted_proxies"): 'Write: trusted_proxies = ["127.0.0.1"]',
    ("sendgrid", "webhook_keys"): 'Write: webhook_keys = ["the key that SendGrid shows"]',
}

_OF_A_NAME = "[key]"  # how pydantic says that the name of a section is at fault, not what stands in it
_SECTION = {"model_type", "model_attributes_type", "dict_type"}

_WORDS = {
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "string_type": "must be text in quotes",
}

_MEANT = {
    "nom": "name",
    "adresse": "address",
    "expediteur": "sender",
    "emetteur": "sender",
    "envoi": "send",
    "fournisseur": "provider",
    "url": "public_url",
}
"""Words that people write for a setting and that no comparison of letters leads to it."""


def explain(error: ValidationError, read: TomlText, environment: Mapping[str, str]) -> list[Problem]:
    """Return the faults that pydantic found, in the words of somebody who edits the file."""
    problems: list[Problem] = []
    for fault in error.errors(include_url=False, include_input=False):
        path = tuple(str(part) for part in fault["loc"] if part != _OF_A_NAME)
        variable = next((name for name, at in ENVIRONMENT.items() if at == path and environment.get(name)), "")
        message, cure = _words(fault["type"], fault["msg"], fault.get("ctx") or {}, path)
        if variable:
            problems.append(Problem(field=variable, message=message))
            continue
        line = read.line(path)
        hint = _replacement(read, path, line, fault["type"], fault.get("ctx") or {}) or cure
        problems.append(Problem(file=read.shown, line=line, field=".".join(path), message=message, hint=hint))
    return problems


def _words(kind: str, message: str, context: Mapping[str, Any], path: tuple[str, ...]) -> tuple[str, str]:
    """Return what is wrong, and what to do where there is no line to write instead."""
    if kind == "extra_forbidden":
        return "is not a setting", _home(path)
    if kind == "missing":
        return "is missing", f"Write: {_EXAMPLES.get(path, path[-1])}"
    if kind in _SECTION:
        return "must be a section", f"Write [{'.'.join(path)}] on a line of its own, and its settings below."
    if kind == "tuple_type":
        return "must be a list", _LISTS[path]
    limits = {name: _as_written(value) for name, value in context.items() if name != "error"}
    return _WORDS[kind].format_map(limits) if kind in _WORDS else message.removeprefix("Value error, "), ""


def _as_written(value: Any) -> str:
    """Return a limit as people write it: pydantic quotes with apostrophes, and gives whole seconds as 600.0."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value).replace("'", '"')


def _replacement(read: TomlText, path: tuple[str, ...], line: int | None, kind: str, context: Mapping[str, Any]) -> str:
    """Return the cure of a fault that one other line heals, or nothing."""
    if line is None or read.places.get(path) != line:
        return ""
    if read.lines[line - 1].lstrip().startswith("["):
        section = _close(path[-1], _names(path[:-1]))
        return f"Replace line {line} with: [{section}]" if kind == "extra_forbidden" and section else ""
    found = re.fullmatch(r"(\s*)([^=]+?)(\s*=\s*)(.*?)\s*", read.lines[line - 1])
    if found is None:
        return ""
    indent, name, equals, value = found.groups()
    match kind:
        case "extra_forbidden":
            name = _close(path[-1], _names(path[:-1]))
        case "literal_error":
            meant = _close(value.strip("\"'").lower(), re.findall(r"'(.*?)'", context["expected"]))
            value = json.dumps(meant) if meant else ""
        case "string_type":
            value = json.dumps(value.partition(" #")[0].strip(), ensure_ascii=False)
        case _:
            return ""
    return f"Replace line {line} with: {indent}{name}{equals}{value}" if name and value else ""


def _close(word: str, known: Sequence[str]) -> str:
    meant = _MEANT.get(word.lower(), word)
    return next(iter(difflib.get_close_matches(meant, known, n=1)), "")


def _home(path: tuple[str, ...]) -> str:
    """Return where a setting belongs that is none where it stands."""
    *section, name = path
    if close := _close(name, _names(section)):
        return f"Did you mean {close}?"
    if section and name in Settings.model_fields:
        return "It belongs at the top of the file, before the first line in brackets."
    home = next((table for table in Settings.model_fields if name in _names([table])), "")
    if home:
        return f"It belongs below the line [{home}]."
    known = ", ".join(_names(section))
    where = f"below [{'.'.join(section)}]" if section else "and sections"
    return f"Settings {where}: {known}." if known else "Delete it."


def _names(section: Sequence[str]) -> list[str]:
    """Return what a section of the file may hold; nothing where there is no such section."""
    kind: Any = Settings
    for name in section:
        if get_origin(kind) is Mapping:  # sections of one kind, each with a name of its own
            kind = get_args(kind)[1]
        else:
            kind = kind.model_fields[name].annotation if name in kind.model_fields else None
        if not (get_origin(kind) is Mapping or (isinstance(kind, type) and issubclass(kind, BaseModel))):
            return []
    return [] if get_origin(kind) is Mapping else [name for name in kind.model_fields if name not in SECRETS]
