"""Rendering a letter: issue, theme, identity and pictures in; message template out."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from apes_mailer.errors import Problem, ThemeError
from apes_mailer.model import merge
from apes_mailer.model.identity import Identity
from apes_mailer.model.issue import Issue
from apes_mailer.model.message import Context, MessageTemplate
from apes_mailer.model.picture import Picture, Place
from apes_mailer.model.text import Link
from apes_mailer.model.theme import Theme
from apes_mailer.render import charset, contents, dates, html, markdown, mjml_check, slots, typography
from apes_mailer.render.text import TextLinks
from apes_mailer.render.theme import CompiledTheme, compile_theme
from apes_mailer.render.tokens import Tokens
from apes_mailer.render.view import View, is_prose, texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A rendered letter: the template that everything downstream uses, and the MJML it came from, for designers.

    ``places`` are those where the theme shows pictures: each is to become a rendition, whose name the letter gets then.
    """

    template: MessageTemplate
    mjml: str
    places: Sequence[Place]

    def with_pictures(self, names: Mapping[Place, str]) -> Letter:
        """Return the letter with the published names of its pictures."""
        by_name = {place.name: name for place, name in names.items()}
        mjml = self.mjml
        for old, new in by_name.items():
            mjml = mjml.replace(str(merge.PictureLink(old)), str(merge.PictureLink(new)))
        return Letter(template=self.template.with_pictures(by_name), mjml=mjml, places=self.places)


def render(
    issue: Issue,
    theme: Theme,
    identity: Identity,
    pictures: Mapping[str, Picture],
    *,
    web_version: bool = False,
    for_web: bool = False,
    tracking: bool = False,
    words: Mapping[str, str] | None = None,
) -> Letter:
    """Render an issue.

    ``pictures`` maps the file names used in the issue to what is known of them. The footer links to the web version
    only when there is one. ``for_web`` is the letter as everybody reads it there, without what is said to one reader.
    With ``tracking`` the footer leads to the page where each reader can take a consent to it back. ``words`` take the
    place of the theme's own, as far as it has words of that name.
    Raises ``ThemeError`` for faults in the theme, with file and line.
    """
    compiled = compile_theme(theme, issue.language)
    own = {name: text for name, text in (words or {}).items() if name in compiled.strings}
    compiled = replace(compiled, strings=compiled.strings | own)
    tokens = Tokens([*texts(issue), *texts(identity), *compiled.strings.values()])
    links = {merge.Special.UNSUBSCRIBE}
    links |= {merge.Special.BROWSER} if web_version else set()
    links |= {merge.Special.PREFERENCES} if tracking and not for_web else set()
    composer = _Composer(compiled, tokens, issue, identity, pictures, links=links, for_web=for_web)
    marked = composer.template("letter.mjml", functools.partial(_markup, issue.language))
    problems = mjml_check.validate(marked, compiled.classes)
    if problems:
        told = [replace(problem, message=tokens.restore(problem.message)) for problem in problems]
        raise ThemeError(f"The theme {theme.name} does not give valid MJML.", told)
    mjml, marks = mjml_check.strip_marks(marked)
    try:
        page = charset.html(html.from_mjml(mjml, compiled.css))
    except html.MjmlParseError as error:
        file, line = marks.at_byte(error.offset or 0) or (f"templates/{theme.name}", None)
        problem = Problem(message=str(error), file=file, line=line, hint="Look for a tag that is not closed nearby.")
        raise ThemeError(f"The theme {theme.name} does not give valid MJML.", [problem]) from error
    return Letter(
        template=MessageTemplate(
            subject=slots.plain(composer.line(issue.subject), tokens, Context.HEADER),
            html=slots.html(page, tokens),
            text=slots.plain(composer.plain_text(), tokens, Context.PLAIN),
            language=issue.language,
        ),
        mjml=tokens.restore(mjml),
        places=composer.places,
    )


def _markup(language: str, text: str) -> str:
    return Markup(markdown.to_html(text, language))  # noqa: S704 - the Markdown renderer escapes whatever the author wrote


class _Composer:
    def __init__(
        self,
        theme: CompiledTheme,
        tokens: Tokens,
        issue: Issue,
        identity: Identity,
        pictures: Mapping[str, Picture],
        *,
        links: AbstractSet[merge.Special],
        for_web: bool,
    ) -> None:
        self._theme = theme
        self._tokens = tokens
        self._issue = issue
        self._identity = identity
        self._pictures = pictures
        self._links = links
        self.places: list[Place] = []
        self._for_web = for_web

    def template(self, name: str, to_markup: Callable[[str], str], **more: object) -> str:
        """Render one of the theme's two entry templates."""
        return self._theme.printed(name, {**self._context(to_markup), **more})

    def line(self, text: str) -> str:
        """Return a line as it is set, or an address as it is written in a letter, with its tags as words."""
        words = self._tokens.replace(text)
        if isinstance(text, Link):
            return markdown.address(words)
        return typography.of(words, self._issue.language) if is_prose(text) else words

    def plain_text(self) -> str:
        links = TextLinks(self._issue.language)
        text = self.template("letter.txt", str, md=links.markdown, wrap=markdown.wrap)
        lines = [line.rstrip() for line in text.split("\n")]
        return charset.text(_squeeze(lines) + "\n")

    def _picture_url(self, place: Place) -> str:
        if place not in self.places:
            self.places.append(place)
        return self._tokens.word(merge.PictureLink(place.name))

    def _context(self, to_markup: Callable[[str], str]) -> dict[str, Any]:
        tokens = self._tokens
        strings = self._theme.strings
        marks = (strings.get("quote_open", ""), strings.get("quote_close", ""))
        view = View(
            self._pictures,
            picture_url=self._picture_url,
            line=self.line,
            markdown=lambda text: to_markup(tokens.replace(text)),
            quotation_marks=marks,
        )
        links = {each: tokens.word(merge.LinkTag(each)) for each in merge.Special if each in self._links}
        issue = view.of(self._issue)
        return {
            "issue": issue,
            "title": issue["title"] or issue["subject"],
            "contents": contents.of(issue["blocks"], wanted=self._issue.contents),
            "identity": view.of(self._identity),
            "theme": self._theme.tokens,
            "t": {key: tokens.replace(value) for key, value in strings.items()},
            "unsubscribe": links[merge.Special.UNSUBSCRIBE],
            "preferences": links.get(merge.Special.PREFERENCES),
            "browser": links.get(merge.Special.BROWSER),
            "web": self._for_web,
            "long_date": functools.partial(dates.long_date, language=self._issue.language),
            "weekday_date": functools.partial(dates.weekday_date, language=self._issue.language),
        }


def _squeeze(lines: list[str]) -> str:
    """Join lines, with at most one empty line between paragraphs and none at either end."""
    out: list[str] = []
    for line in lines:
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out).strip("\n")
