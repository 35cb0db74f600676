"""A theme's files made ready for use: design tokens, words, styles and compiled templates, all of them judged."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jinja2

from apes_mailer.errors import Problem, ThemeError
from apes_mailer.model.theme import Theme, ThemeFile
from apes_mailer.render import css_check, mjml_check, template_check, templates, theme_values

_TOKENS, _STYLES = "theme.toml", "theme.css"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledTheme:
    """``tokens`` are the design tokens of ``theme.toml``, ``strings`` the words that readers see.

    ``css`` is what ``theme.css`` prints with the design tokens, ``classes`` are those that elements can have.
    """

    theme: Theme
    tokens: dict[str, Any]
    strings: dict[str, str]
    css: str
    classes: frozenset[str]
    environment: jinja2.Environment

    def printed(self, name: str, context: Mapping[str, object]) -> str:
        """Return what an entry template prints. Raises ``ThemeError`` with file and line."""
        return templates.printed(self.theme, self.environment, name, context)


def compile_theme(theme: Theme, language: str) -> CompiledTheme:
    """Return the theme ready to render in a language; compiled templates are kept from one call to the next.

    Raises ``ThemeError`` with every fault that shows without a letter.
    """
    key = tuple((name, file.path, file.text) for name, file in sorted(theme.files.items()))
    return _compile(theme.name, key, language)


@functools.lru_cache(maxsize=8)
def _compile(name: str, key: tuple[tuple[str, str, str], ...], language: str) -> CompiledTheme:
    theme = Theme(name=name, files={file: ThemeFile(path=path, text=text) for file, path, text in key})
    tokens = theme_values.read(theme.files.get(_TOKENS), name)
    strings = theme_values.read(_words(theme, language), name)
    environment = templates.environment(theme)
    names, problems = template_check.survey(theme)
    _refuse(theme, [*problems, *_faults_of_values(theme, language, tokens, strings, names)])
    unsaid = str(tokens.get("unsaid", "")).split()
    _refuse(theme, list(template_check.unsaid_words(names, strings, _words(theme, language), unsaid)))
    classes = template_check.classes(theme)
    return CompiledTheme(
        theme=theme,
        tokens=tokens,
        strings=strings,
        css=_css(theme, environment, tokens, classes),
        classes=classes,
        environment=environment,
    )


def _words(theme: Theme, language: str) -> ThemeFile:
    """Return the file with the words of a language."""
    file = theme.files.get(f"strings.{language}.toml")
    if file is None:
        problem = Problem(
            message=f"the theme has no words in this language ({language})",
            file=f"templates/{theme.name}",
            hint=f"Write strings.{language}.toml, or use one of: {', '.join(theme.languages())}.",
        )
        raise ThemeError(f"The theme {theme.name} cannot be used.", [problem])
    return file


def _faults_of_values(
    theme: Theme, language: str, tokens: dict[str, Any], strings: dict[str, Any], names: template_check.Names
) -> list[Problem]:
    words = _words(theme, language)
    problems = [
        *theme_values.word_faults(strings, names.places, words),
        *template_check.missing_values(names.words, {use.name for use in names.words}, strings, words, "t"),
    ]
    if file := theme.files.get(_TOKENS):
        problems += theme_values.token_faults(tokens, file)
        problems += template_check.missing_values(names.tokens, names.used_tokens(), tokens, file, "theme")
    return problems


def _css(theme: Theme, environment: jinja2.Environment, tokens: dict[str, Any], classes: frozenset[str]) -> str:
    """Return the author's styles. Raises ``ThemeError`` for what browsers would drop without a word."""
    if _STYLES not in theme.files:
        return ""
    css, marks = mjml_check.strip_marks(templates.printed(theme, environment, _STYLES, {"theme": tokens}))
    lines = css.split("\n")
    problems: list[Problem] = []
    for fault in css_check.stylesheet_faults(css, classes):
        start = sum(len(line) + 1 for line in lines[: fault.line])
        at = marks.at(start + len(lines[fault.line]) - len(lines[fault.line].lstrip()))
        file, line = at or (theme.files[_STYLES].path, fault.line + 1)
        problems.append(Problem(message=fault.message, file=file, line=line, hint=fault.hint))
    _refuse(theme, problems)
    return css


def _refuse(theme: Theme, problems: list[Problem]) -> None:
    if problems:
        many = "a fault" if len(problems) == 1 else f"{len(problems)} faults"
        raise ThemeError(f"The theme {theme.name} has {many}.", problems)
