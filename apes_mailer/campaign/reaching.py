"""Asking the web what readers of a letter will find there: before a send, and when somebody checks it online."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from apes_mailer.campaign.compose import Composition
from apes_mailer.check import online as rules
from apes_mailer.model.answer import Answer
from apes_mailer.model.batch import Envelope
from apes_mailer.model.finding import Finding
from apes_mailer.online.ask import ask, public, public_or_here
from apes_mailer.online.memory import Memory

SECONDS_BEFORE_A_SEND = 10.0
_SECONDS_FOR_A_CHECK = 60.0
_ON_OUR_HOST = 6
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def before_send(composition: Composition, envelope: Envelope) -> Composition:
    """Ask for every picture and for the web version as readers will; return the letter with what came of it.

    It takes at most ten seconds.
    """
    answers = ask(_ours(composition, envelope), within=SECONDS_BEFORE_A_SEND, on_one_host=_ON_OUR_HOST)
    return _with(composition, [*composition.findings, *_judged(answers, envelope)], answers)


def check(composition: Composition, envelope: Envelope, memory: Path, now: dt.datetime) -> Composition:
    """Ask for every link of the letter, and, when it is published, for its pictures and its web version.

    It takes at most a minute. Links that were reached less than a day ago, by what ``memory`` says, are not asked for
    again; nothing inside somebody's own network is, unless the letter itself is published on this computer.
    """
    here = urlsplit(envelope.published_url or envelope.public_url).hostname in _LOOPBACK
    remembered = Memory(memory, now)
    known = remembered.known()
    urls = rules.link_addresses(composition.letter.template)
    ours = _ours(composition, envelope) if composition.publication else []
    fresh = ask(
        [url for url in urls if url not in known],
        within=_SECONDS_FOR_A_CHECK,
        permission=public_or_here if here else public,
    )
    remembered.keep(fresh.values())
    links = {url: known.get(url) or fresh[url] for url in urls}
    answers = ask(ours, within=SECONDS_BEFORE_A_SEND, on_one_host=_ON_OUR_HOST)
    found = [*rules.links(composition.loaded.issue, links), *_judged(answers, envelope)]
    loaded = composition.loaded
    findings = sorted([*composition.findings, *found], key=lambda each: (each.field and loaded.line(each.field)) or 0)
    return _with(composition, findings, {**links, **answers})


def _ours(composition: Composition, envelope: Envelope) -> list[str]:
    pictures = [f"{envelope.pictures_url}{name}" for name in composition.renditions.files]
    return [*pictures, envelope.browser_url] if envelope.browser_url else pictures


def _judged(answers: dict[str, Answer], envelope: Envelope) -> list[Finding]:
    page = answers.get(envelope.browser_url)
    found = rules.pictures([answer for answer in answers.values() if answer is not page])
    return [*found, *(rules.web_version(page) if page else [])]


def _with(composition: Composition, findings: list[Finding], answers: dict[str, Answer]) -> Composition:
    return replace(composition, findings=findings, answers=tuple(answers.values()))
