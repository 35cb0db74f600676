"""A theme's files made ready for use: design tokens, words, styles and compiled templates."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from typing import Any

import jinja2
from jinja2.ext import Extension

from apes_mailer.errors import Problem, ThemeError
from apes_mailer.model.theme import Theme, ThemeFile
from apes_mailer.render import mjml_check


class _MarkLines(Extension):
    """Makes every MJML element remember the template line it came from."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return mjml_check.mark_lines(source, filename or name or "") if (name or "").endswith(".mjml") else source


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledTheme:
    """``tokens`` are the design tokens of ``theme.toml``, ``strings`` the words that readers see.

    ``styled`` says whether there is a ``theme.css``: a template too, so that it can use the design tokens.
    """

    name: str
    tokens: dict[str, Any]
    styled: bool
    strings: dict[str, str]
    environment: jinja2.Environment


_TOML_CURE = 'Write each line as: name = "value", with the quotes, and a section as [name].'


def _toml(theme: Theme, name: str) -> dict[str, Any]:
    file = theme.files.get(name)
    if file is None:
        return {}
    try:
        return tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        problem = Problem(message=str(error), file=file.path, line=int(line[1]) if line else None, hint=_TOML_CURE)
        raise ThemeError(f"The theme {theme.name} has a fault.", [problem]) from error


def _environment(theme: Theme) -> jinja2.Environment:
    def load(name: str) -> tuple[str, str, None] | None:
        file = theme.files.get(name)
        return (file.text.replace("\r\n", "\n"), file.path, None) if file else None

    return jinja2.Environment(
        loader=jinja2.FunctionLoader(load),
        autoescape=lambda name: name is not None and name.endswith(".mjml"),  # noqa: S701 - text/plain is not HTML
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        extensions=[_MarkLines, "jinja2.ext.do"],
        auto_reload=False,
    )


def compile_theme(theme: Theme, language: str) -> CompiledTheme:
    """Return the theme ready to render in a language; compiled templates are kept from one call to the next.

    Raises ``ThemeError``.
    """
    key = tuple((name, file.path, file.text) for name, file in sorted(theme.files.items()))
    return _compile(theme.name, key, language)


@functools.lru_cache(maxsize=8)
def _compile(name: str, key: tuple[tuple[str, str, str], ...], language: str) -> CompiledTheme:
    theme = Theme(name=name, files={file: ThemeFile(path=path, text=text) for file, path, text in key})
    strings = _toml(theme, f"strings.{language}.toml")
    if not strings:
        problem = Problem(
            message=f"the theme has no words in this language ({language})",
            file=f"templates/{name}",
            hint=f"Write strings.{language}.toml, or use one of: {', '.join(theme.languages())}.",
        )
        raise ThemeError(f"The theme {name} cannot be used.", [problem])
    return CompiledTheme(
        name=name,
        tokens=_toml(theme, "theme.toml"),
        styled="theme.css" in theme.files,
        strings={key: str(value) for key, value in strings.items()},
        environment=_environment(theme),
    )
