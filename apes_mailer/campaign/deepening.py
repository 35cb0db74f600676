"""Asking programs of others on this computer what they find in a letter."""

from __future__ import annotations

import datetime as dt
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

_STAND_IN = "https://lettre.example.org"
"""The public pages of a workspace that has none with https yet: real letters lead to no port of this computer."""


def check(composition: Composition, envelope: Envelope, *, today: dt.date) -> Composition:
    """Return the letter with what SpamAssassin and the checker of the W3C find in it, as if it were sent today.

    A program that is not installed, or gives no answer, is told of and changes nothing.
    """
    public = envelope if envelope.public_url.startswith("https://") else replace(envelope, public_url=_STAND_IN)
    found = [*_points(composition, public, today), *_w3c_errors(composition, public)]
    return replace(composition, findings=[*composition.findings, *found])


def _points(composition: Composition, envelope: Envelope, today: dt.date) -> Iterator[Finding]:
    try:
        judged = spamassassin.judge(message_of(composition, composition.letter.template, envelope, day=today))
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
