"""What can be told of a theme's templates without a letter: code that cannot be read, and names that nothing has."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import jinja2
from jinja2 import nodes

from apes_mailer.errors import Problem
from apes_mailer.model.theme import Theme, ThemeFile
from apes_mailer.render import theme_values

_STRAY = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
_STRAY_IN_CSS = re.compile(r"\{%|%\}|\{#|#\}")
_CLASSES = re.compile(r"""\bclass=(?:"((?:\{\{.*?\}\}|[^"])*)"|'([^']*)')""")
_IN_CODE = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_LITERAL_LINK = re.compile(r"""\b(?:href|src)="(?P<address>[^"{}]*)\"""")
_LEADS = re.compile(r"https?://|mailto:.|tel:.|#.", re.IGNORECASE)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_WORD = re.compile(r"[A-Za-z][\w-]*")
_FROM_MARKDOWN = frozenset({"strong"})
_IN_TEXT_ONLY = frozenset({"picture", "website"})  # what the eye sees in HTML, a plain text has to say
_BLOCKS = {"if", "for", "macro", "call", "filter", "block", "with", "autoescape"}
_UNCLOSED = re.compile(r"innermost block|looking for the following tags")


class Use(NamedTuple):
    """A name that a template reads, and where."""

    name: str
    file: str
    line: int


@dataclass(slots=True)
class Names:
    """What templates read of their theme.

    ``files`` are the templates that they include by name, ``words`` what follows ``t.``, ``tokens`` what follows
    ``theme.``; ``places`` counts what is put into a word with the filter ``format``. ``aliases`` are names given to a
    part of ``theme``, ``members`` are (name, what follows its dot).
    """

    files: list[Use] = field(default_factory=list[Use])
    words: list[Use] = field(default_factory=list[Use])
    tokens: list[Use] = field(default_factory=list[Use])
    places: dict[str, int] = field(default_factory=dict[str, int])
    aliases: dict[str, str] = field(default_factory=dict[str, str])
    members: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def add(self, others: Names) -> None:
        """Take in what another template reads."""
        self.files += others.files
        self.words += others.words
        self.tokens += others.tokens
        self.places |= others.places
        self.aliases |= others.aliases
        self.members |= others.members

    def used_tokens(self) -> set[str]:
        """The design tokens that templates read, under the names too that they give to a part of them."""
        by_alias = {f"{self.aliases[name]}.{key}" for name, key in self.members if name in self.aliases}
        return by_alias | {use.name for use in self.tokens}


def survey(theme: Theme) -> tuple[Names, list[Problem]]:
    """Read every template of a theme: return the names in them, and a problem for each that cannot be read."""
    names, problems = Names(), list[Problem]()
    for name, file in sorted(theme.files.items()):
        if not name.endswith(".toml"):
            found, wrong = _read(file)
            names.add(found)
            problems += wrong
            problems += _missing_files(found.files, theme)
    return names, problems


@functools.lru_cache(maxsize=512)
def _read(file: ThemeFile) -> tuple[Names, list[Problem]]:
    """Read one template; themes share most of theirs, and while one is edited the others stay."""
    names = Names()
    try:
        tree = _parser().parse(file.text, file.path, file.path)
    except jinja2.TemplateSyntaxError as error:
        return names, list(_stray_braces(file)) or [syntax_problem(error, file)]
    _collect(tree, names, file.path)
    return names, [*_stray_braces(file), *_dead_links(file)]


@functools.cache
def _parser() -> jinja2.Environment:
    # Nothing is rendered with it, and so nothing is escaped.
    return jinja2.Environment(extensions=["jinja2.ext.do"])  # noqa: S701


def syntax_problem(error: jinja2.TemplateSyntaxError, file: ThemeFile) -> Problem:
    """Return what Jinja could not read; for a tag without its end, the line where it begins."""
    line, message = error.lineno, error.message or "syntax error"
    if _UNCLOSED.search(message) and (opened := _innermost(file, line)):
        kind, line = opened
        return Problem(
            message=f"this {{% {kind} %}} has no end, or another one than its own",
            file=file.path,
            line=line,
            hint=f"Write {{% end{kind} %}} where it ends.",
        )
    hint = "Look at this line and those before it: each {{ and {% needs its closing braces, each {% if %} its end."
    return Problem(message=message, file=file.path, line=line, hint=hint)


def missing_name(use: Use, name: str, there: Collection[str]) -> Problem:
    """Return the problem of a name that nothing has, with what it looks like."""
    close = difflib.get_close_matches(name, sorted({*there} - {name}), n=1, cutoff=0.6)
    cure = f'Did you mean "{close[0]}"?' if close else "Correct the name, or take it out."
    return Problem(message=f'there is no "{use.name}"', file=use.file, line=use.line, hint=cure)


def classes(theme: Theme) -> frozenset[str]:
    """Return the classes that elements of a letter can have: words of ``class`` attributes and of texts in code."""
    found = set(_FROM_MARKDOWN)
    for name, file in theme.files.items():
        if name.endswith(".mjml"):
            texts = [match[1] or match[2] or "" for match in _CLASSES.finditer(file.text)]
            quoted = (match for code in _IN_CODE.finditer(file.text) for match in _QUOTED.finditer(code[0]))
            texts += [match[1] or match[2] or "" for match in quoted]
            found.update(word for text in texts for word in _WORD.findall(text))
    return frozenset(found)


def _innermost(file: ThemeFile, until: int) -> tuple[str, int] | None:
    opened: list[tuple[str, int]] = []
    try:
        pieces = list(_parser().lex(file.text, filename=file.path))
    except jinja2.TemplateSyntaxError:
        return None
    begins = False
    for line, kind, text in pieces:
        if kind == "whitespace":
            continue
        if begins and line <= until:
            if text in _BLOCKS:
                opened.append((text, line))
            elif text.startswith("end") and opened and text == f"end{opened[-1][0]}":
                opened.pop()
        begins = kind == "block_begin"
    return opened[-1] if opened else None


def _stray_braces(file: ThemeFile) -> Iterator[Problem]:
    """Yield what is left of a tag of the template that has lost a brace: it would be printed as it stands."""
    pattern = _STRAY_IN_CSS if file.path.endswith(".css") or "<mj-style" in file.text else _STRAY
    try:
        pieces = list(_parser().lex(file.text, filename=file.path))
    except jinja2.TemplateSyntaxError:
        return  # told already
    for line, kind, text in pieces:
        if kind != "data":
            continue
        for match in pattern.finditer(text):
            yield Problem(
                message=f"{match[0]} stands alone and would be read by everybody",
                file=file.path,
                line=line + text.count("\n", 0, match.start()),
                hint="Write both braces of {{ … }}, {% … %} or {# … #} at both ends.",
            )


def _dead_links(file: ThemeFile) -> Iterator[Problem]:
    """Yield the links that a template leads nowhere by itself; those of the author are checked with the letter."""
    for match in _LITERAL_LINK.finditer(file.text):
        if not _LEADS.match(match["address"]):
            yield Problem(
                message=f'"{match["address"]}" is no address that a click could lead to',
                file=file.path,
                line=file.text.count("\n", 0, match.start()) + 1,
                hint="Write a whole address, from https:// on, or print one: {{ … }}.",
            )


def _missing_files(uses: Collection[Use], theme: Theme) -> Iterator[Problem]:
    for use in uses:
        if use.name not in theme.files:
            problem = missing_name(use, use.name, theme.files)
            yield Problem(
                message=f"the template {use.name} does not exist",
                file=use.file,
                line=use.line,
                hint=f"Write this file, or correct its name here. {problem.hint}",
            )


def _collect(tree: nodes.Template, names: Names, path: str) -> None:
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport)):
        wanted = cast("nodes.Include", node).template
        if isinstance(wanted, nodes.Const):
            names.files.append(Use(str(wanted.value), path, node.lineno))
    for node in tree.find_all(nodes.Getattr):
        _note(_chain(node), names, path, node.lineno)
    for each in tree.find_all(nodes.Assign):
        if isinstance(each.target, nodes.Name) and (chain := _chain(each.node)) and chain[0] == "theme":
            names.aliases[each.target.name] = ".".join(chain[1:])
    for each in tree.find_all(nodes.Filter):
        if each.name == "format" and each.node is not None and (chain := _chain(each.node)):
            names.places[chain[-1]] = len(each.args)


def _note(chain: list[str], names: Names, path: str, line: int) -> None:
    if chain[:1] == ["t"]:
        names.words.append(Use(chain[1], path, line))
    elif chain[:1] == ["theme"]:
        names.tokens.append(Use(".".join(chain[1:]), path, line))
    elif len(chain) == 2:
        names.members.add((chain[0], chain[1]))


def _chain(node: nodes.Node) -> list[str]:
    """Return ``theme.color.ink`` as its names; nothing when it is another kind of expression."""
    if isinstance(node, nodes.Getattr):
        before = _chain(node.node)
        return [*before, node.attr] if before else []
    return [node.name] if isinstance(node, nodes.Name) else []


def unsaid_words(
    names: Names, words: Mapping[str, object], file: ThemeFile, unsaid: Collection[str]
) -> Iterator[Problem]:
    """Yield the words of a theme that only one of the two parts of a letter says, or none.

    What readers of one part get, readers of the other get too: a line that was lost shows here. ``unsaid`` are words
    that the theme leaves out of a part on purpose.
    """
    for name in words.keys() - {*unsaid, *theme_values.QUOTATION_MARKS}:
        uses = [use for use in names.words if use.name == name]
        parts = {use.file.rpartition(".")[2] for use in uses}
        if not uses:
            hint = f"Print {{{{ t.{name} }}}}, or take this line out."
            line = theme_values.line_of(file, "", name)
            yield Problem(message=f'no template prints "{name}"', file=file.path, line=line, hint=hint)
        elif parts != {"mjml", "txt"} and name not in _IN_TEXT_ONLY:
            other = "plain text (.txt)" if parts == {"mjml"} else "HTML (.mjml)"
            yield Problem(
                message=f'"{name}" is printed here, and not in the {other}',
                file=uses[0].file,
                line=uses[0].line,
                hint=f'Print {{{{ t.{name} }}}} there too, or say in theme.toml that you mean it: unsaid = "{name}"',
            )


def missing_values(
    uses: Collection[Use], used: Collection[str], values: Mapping[str, object], file: ThemeFile, root: str
) -> Iterator[Problem]:
    """Yield a problem for each value, such as ``theme.color.ink``, that templates read and a TOML file has not.

    ``used`` are all the values that templates are known to read, so that a misspelt one shows.
    """
    for name, use in {use.name: use for use in reversed([*uses])}.items():
        section, _, key = name.rpartition(".")
        there = values.get(section) if section else values
        if not isinstance(there, dict):
            yield _missing_value(use, key or name, f"{root}.{name}", file, list(values))
        elif key not in there:
            others = list(cast("dict[str, object]", there))
            misspelt = [each for each in others if (f"{section}.{each}" if section else each) not in used]
            if close := difflib.get_close_matches(key, misspelt, n=1, cutoff=0.6):
                yield Problem(
                    message=f'no template uses "{close[0]}", and "{key}" is missing',
                    file=file.path,
                    line=theme_values.line_of(file, section, close[0]),
                    hint=f'Did you mean "{key}"?',
                )
            else:
                yield _missing_value(use, key, f"{root}.{name}", file, others)


def _missing_value(use: Use, key: str, shown: str, file: ThemeFile, there: list[str]) -> Problem:
    problem = missing_name(use._replace(name=shown), key, there)
    hint = f"{problem.hint} Or write it into {file.path}, which has to hold all that templates use."
    return Problem(message=problem.message, file=use.file, line=use.line, hint=hint)
