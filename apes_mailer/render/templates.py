"""Jinja as themes get it: strict, with marks for the lines of MJML and CSS, and faults told where they stand."""

from __future__ import annotations

import re
import traceback
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import cast

import jinja2
from jinja2.ext import Extension

from apes_mailer.errors import Problem, ThemeError
from apes_mailer.model.theme import Theme
from apes_mailer.render import mjml_check
from apes_mailer.render.template_check import Use, missing_name, syntax_problem

_MARKED = (".mjml", ".css")
_QUOTED = re.compile(r"'([^']+)'(?: is undefined)?$")
_FAULTS_OF_A_TEMPLATE = (
    jinja2.TemplateError,
    AssertionError,
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)
"""What expressions in a template can raise: it may add a text to a number, divide by zero, or include itself."""

_DEFINE = "Correct the name here; design tokens are in theme.toml, words in the strings files."


class _MarkLines(Extension):
    """Makes every MJML element and every line of CSS remember the template line it came from."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return mjml_check.mark_lines(source, filename or name or "") if (name or "").endswith(_MARKED) else source


def environment(theme: Theme) -> jinja2.Environment:
    """Return the environment that a theme's templates are compiled in."""

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


def printed(theme: Theme, environment: jinja2.Environment, name: str, context: Mapping[str, object]) -> str:
    """Return what a template prints. Raises ``ThemeError`` with file and line."""
    try:
        return environment.get_template(name).render(context)
    except jinja2.TemplateSyntaxError as error:
        file = theme.files[error.name or name]
        problem = syntax_problem(error, file)
    except jinja2.TemplateNotFound as error:
        file, line = _place(error) or (f"templates/{theme.name}", None)
        cure = "Write this file, or correct its name here."
        problem = Problem(message=f"the template {error.name} does not exist", file=file, line=line, hint=cure)
    except _FAULTS_OF_A_TEMPLATE as error:
        problem = _problem(error, name, context)
    raise ThemeError(f"The theme {theme.name} has a fault.", [problem])


def _problem(error: Exception, name: str, context: Mapping[str, object]) -> Problem:
    file, line = _place(error) or (name, 1)
    wrong = _QUOTED.search(str(error))
    if isinstance(error, jinja2.UndefinedError) and wrong:
        problem = missing_name(Use(wrong[1], file, line), wrong[1], set(_names(context)))
        return replace(problem, hint=f"{problem.hint} {_DEFINE}")
    return Problem(
        message=str(error) or "this cannot be worked out",
        file=file,
        line=line,
        hint="Correct the name, or test it with {% if %} first.",
    )


def _names(value: object) -> Iterator[str]:
    """Yield whatever a template may call by its name in what it is given."""
    if isinstance(value, Mapping):
        for name, inner in cast("Mapping[str, object]", value).items():
            yield name
            yield from _names(inner)
    elif isinstance(value, list | tuple):
        for inner in cast("Collection[object]", value):
            yield from _names(inner)


def _place(error: Exception) -> tuple[str, int] | None:
    """Find file and line in a traceback: Jinja gives the frames of compiled templates their own."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.endswith((".mjml", ".txt", ".css"))
    ]
    return (frames[-1].filename, frames[-1].lineno or 1) if frames else None
