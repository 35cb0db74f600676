"""From a campaign's folder to a letter that is rendered and checked; preview, test and send all come through here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from apes_mailer.campaign import publications, variants
from apes_mailer.campaign.pictures import Renditions
from apes_mailer.campaign.variants import Checked, Variants
from apes_mailer.check import catalogue, rules, theme_places
from apes_mailer.check.clients import support
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.errors import IssueError, Problem
from apes_mailer.model.answer import Answer
from apes_mailer.model.finding import Finding, Severity
from apes_mailer.model.identity import Identity
from apes_mailer.model.issue import Issue
from apes_mailer.model.language import Language
from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.publication import Publication
from apes_mailer.model.theme import Theme
from apes_mailer.model.variant import public
from apes_mailer.pictures.cache import PictureCache
from apes_mailer.reading.issue import LoadedIssue, load_issue
from apes_mailer.render import fill
from apes_mailer.render.letter import Letter, render
from apes_mailer.render.pieces import pieces
from apes_mailer.workspace import Workspace
from apes_mailer.workspace.names import did_you_mean

_SAMPLE_HOST = "lettre.example.org"
_SAMPLE_URL = f"https://{_SAMPLE_HOST}/u/" + "x" * 55


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A letter with its source and what the checks say of it."""

    name: str
    loaded: LoadedIssue
    theme: Theme

    letter: Letter
    """With every part, also where some are for some readers only."""

    variants: Variants
    """What each reader gets; only this is ever sent."""

    findings: list[Finding]
    """In the order of the lines; those of the letter as a whole come first."""

    renditions: Renditions
    """The pictures as readers get them, of every letter that was asked for until now."""

    weight: int
    """Bytes of HTML as a recipient gets it, of the heaviest variant."""

    language: Language = "en"
    """What the person at the keyboard reads; the letter has a language of its own."""

    publication: Publication | None = None
    """Its web version, which it links to when there is one."""

    answers: tuple[Answer, ...] = ()
    """What was asked of the web."""

    def errors(self) -> list[Finding]:
        """The findings that block a send."""
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a letter is checked against besides itself: who sends it, from which address, on which day.

    ``language`` is that of the person who reads what the checks find. ``hosts`` are those besides that of its pictures
    that a letter may load something from, ``clients`` the mail programs that it has to work in. ``serverless`` says
    that no server of ours shows pictures to readers.
    """

    identity: Identity
    sender: str
    today: dt.date
    language: Language
    hosts: frozenset[str] = frozenset()
    clients: tuple[str, ...] = support.USUAL
    serverless: bool = False
    tracking: bool = False
    """Whether opens or clicks are counted of readers who agreed."""

    has_page: bool = True
    """Whether the links of a reader lead to a page of ours."""

    mailed: bool = False
    """Whether what could not leave this computer is an error; a send asks its provider itself."""


def compose(workspace: Workspace, name: str, around: Circumstances) -> Composition:
    """Load, render and check an issue.

    Raises ``IssueError`` or ``ThemeError`` with every fault, ``UsageError`` when there is no such campaign.
    """
    folder = workspace.campaign(name)
    cache = PictureCache(workspace.picture_cache)
    loaded = load_issue(folder, shown=workspace.shown(folder / "issue.yaml"), cache=cache)
    theme = _theme(workspace, loaded)
    publication = publications.load(workspace).find(name)
    renditions = Renditions(loaded, cache)

    def check(issue: Issue) -> Checked:
        rendered = render(
            issue,
            theme,
            around.identity,
            loaded.pictures,
            web_version=publication is not None,
            tracking=around.tracking,
        )
        letter = renditions.named(rendered)
        checked = _as_read(loaded, issue, letter, renditions, around, publication)
        return Checked(letter=letter, findings=rules.findings(checked), weight=len(checked.html.encode()))

    letters = Variants(loaded.issue, check)
    possible = letters.possible()
    return Composition(
        name=name,
        loaded=loaded,
        theme=theme,
        letter=possible[0].letter if not letters.differ else check(loaded.issue).letter,
        variants=letters,
        findings=sorted(variants.findings(letters), key=lambda found: _line(loaded, found) or 0),
        renditions=renditions,
        weight=max((letter.weight for letter in possible), default=0),
        language=around.language,
        publication=publication,
    )


def for_web(workspace: Workspace, composition: Composition, identity: Identity) -> Letter:
    """Return the letter as everybody reads it on the web, without the parts that are for some readers only.

    Raises ``IssueError`` when no part is left, ``ThemeError``.
    """
    loaded = composition.loaded
    left = public(loaded.issue).issue
    if left is None:
        problem = Problem(
            message="every part is for some readers only, so there is nothing that everybody may read",
            file=loaded.shown,
            hint="Write `web: true` into the parts that may be on the web.",
        )
        raise IssueError(f"{composition.name} cannot be published.", [problem])
    rendered = render(left, _theme(workspace, loaded), identity, loaded.pictures, for_web=True)
    return composition.renditions.named(rendered)


def _theme(workspace: Workspace, loaded: LoadedIssue) -> Theme:
    """Return the theme that an issue names; that there is none of this name is a fault of the issue."""
    name, themes = loaded.issue.theme, workspace.theme_names()
    if workspace.has_theme(name):
        return workspace.theme(name)
    problem = Problem(
        message=f'there is no theme "{name}"',
        file=loaded.shown,
        line=loaded.line("theme"),
        field="theme",
        hint=f"{did_you_mean(name, themes)}Themes here: {', '.join(themes)}.",
    )
    raise IssueError(f"{loaded.shown} cannot be used: 1 fault.", [problem])


def _as_read(
    loaded: LoadedIssue,
    issue: Issue,
    letter: Letter,
    renditions: Renditions,
    around: Circumstances,
    publication: Publication | None,
) -> CheckedLetter:
    template = letter.template
    browser = publication.url if publication else ""
    links = fill.Links(pictures=f"https://{_SAMPLE_HOST}/pictures/", browser=browser)
    values = sample_values(template)
    return CheckedLetter(
        issue=issue,
        template=template,
        html=fill.fill(template.html, values, links, _SAMPLE_URL),
        text=fill.fill(template.text, values, links, _SAMPLE_URL),
        identity=around.identity,
        sender=around.sender,
        today=around.today,
        pictures=loaded.pictures,
        renditions=renditions.of(letter),
        unsubscribe_url=_SAMPLE_URL,
        tracking=around.tracking,
        has_page=around.has_page,
        mailed=around.mailed,
        nowhere=around.serverless and (publication is None or publication.only_here),
        hosts=around.hosts | {_SAMPLE_HOST},
        clients=around.clients,
        pieces=pieces(issue, around.identity),
        repairs=loaded.repairs,
        blanks=loaded.blanks,
        web_version=publication is not None,
        web_version_is_old=publication is not None and publication.issue_digest != loaded.digest,
    )


def sample_values(template: MessageTemplate) -> Mapping[str, str]:
    """Return what a reader has in each field who stands for all of them: a name that is long, and not too long."""
    return dict.fromkeys(template.fields(), "Marie-Dominique")


def problem(composition: Composition, finding: Finding, language: Language | None = None) -> Problem:
    """Return a finding in words, with its place in the issue, the theme or the settings.

    The words are in the language of the composition unless told else.
    """
    message, cure = catalogue.told(finding, language or composition.language)
    elsewhere = theme_places.place(finding, composition.theme)
    return Problem(
        file=elsewhere.file if elsewhere else composition.loaded.shown,
        line=elsewhere.line if elsewhere else _line(composition.loaded, finding),
        field="" if elsewhere else finding.field,
        message=f"{message}{_of_variants(finding, language or composition.language)}",
        hint=cure,
        rule=finding.rule,
    )


def _of_variants(finding: Finding, language: Language) -> str:
    word = {"en": "variant", "fr": "variante"}[language]
    return f" ({word} {', '.join(finding.variants)})" if finding.variants else ""


def _line(loaded: LoadedIssue, finding: Finding) -> int | None:
    """Return the line that a finding is about; in a text of several lines, the one with the words that it quotes."""
    if finding.line is not None:
        return finding.line
    quoted = [value for value in finding.values.values() if isinstance(value, str) and value]
    return loaded.line(finding.field, quoting=quoted) if finding.field else None
