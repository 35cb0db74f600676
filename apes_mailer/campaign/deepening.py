"""Asking programs of others on this computer what they find in a letter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from apes_mailer.campaign.build import message_of
from apes_mailer.campaign.compose import Composition, sample_values
from apes_mailer.check import deep
from apes_mailer.model.batch import Envelope
from apes_mailer.model.finding import Finding
from apes_mailer.programs import spamassassin, w3c
from apes_mailer.programs.asking import AbsentError, FailedError
from apes_mailer.render import fill


def check(composition: Composition, envelope: Envelope) -> Composition:
    """Return the letter with what SpamAssassin and the checker of the W3C find in it.

    A program that is not installed, or gives no answer, is told of and changes nothing.
    """
    found = [*_points(composition, envelope), *_w3c_errors(composition, envelope)]
    return replace(composition, findings=[*composition.findings, *found])


def _points(composition: Composition, envelope: Envelope) -> Iterator[Finding]:
    try:
        judged = spamassassin.judge(message_of(composition, composition.letter.template, envelope))
    except AbsentError:
        yield deep.unasked("SpamAssassin", "")
    except FailedError as error:
        yield deep.unasked("SpamAssassin", str(error))
    else:
        yield from deep.points(judged.total, judged.rules)


def _w3c_errors(composition: Composition, envelope: Envelope) -> Iterator[Finding]:
    template = composition.letter.template
    links = fill.Links(pictures=envelope.pictures_url, browser=envelope.browser_url)
    page = fill.fill(template.html, sample_values(template), links, envelope.unsubscribe_url("apercu"))
    try:
        complaints = w3c.errors(page.encode())
    except AbsentError:
        yield deep.unasked("vnu", "")
    except FailedError as error:
        yield deep.unasked("vnu", str(error))
    else:
        yield from deep.w3c_errors([(each.message, each.extract) for each in complaints])
