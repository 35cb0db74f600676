"""In which words readers are told when something was said, and how it is known here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from apes_mailer.campaign import preferences, unsubscribe, wishes
from apes_mailer.campaign.preferences import Standing
from apes_mailer.model.consent import State
from apes_mailer.model.language import Language
from apes_mailer.render import dates

_SOURCES = {
    wishes.FORM: "source_form",
    preferences.SOURCE: "source_page",
    unsubscribe.SOURCE: "source_link",
}


def day(stamp: str | dt.datetime, language: Language) -> str:
    """Return the day of a moment, or of its stamp, as the letters write it."""
    at = dt.datetime.fromisoformat(stamp) if isinstance(stamp, str) else stamp
    return dates.long_date(at.astimezone().date(), language)


def source(name: str, texts: Mapping[str, str]) -> str:
    """Return where something was said, in words; whatever a person here called it is not for readers."""
    return texts[_SOURCES.get(name, "source_other")]


def why(standing: Standing, language: Language, texts: Mapping[str, str]) -> str:
    """Return why letters come to a reader, or why none does."""
    said_last = standing.said_last
    if _is_unlisted(standing):
        return texts["why_not_listed"]
    if said_last is None:
        since = standing.imported_at
        return texts["why_imported"] % {"date": day(since, language)} if since else texts["why_unknown"]
    told = {"date": day(said_last.at, language), "source": source(said_last.proof.source, texts)}
    said, basis = texts[f"why_{said_last.state}"] % told, said_last.proof.basis
    return f"{said} {texts['why_basis'] % {'basis': basis}}" if basis else said


def why_title(standing: Standing, texts: Mapping[str, str]) -> str:
    """Return the title above :func:`why`: whoever left gets no letter to be explained."""
    left = standing.said_last is not None and standing.said_last.state is not State.GIVEN
    return texts["why_title_left" if left or _is_unlisted(standing) else "why_title"]


def _is_unlisted(standing: Standing) -> bool:
    """Whether no letter comes, and the reader did not say so: somebody here has taken the address off the list."""
    said = standing.said_last
    return not standing.listed and (said is None or said.state is State.GIVEN)
