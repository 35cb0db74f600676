"""What the mail programs of a letter's readers make of it, by the figures of caniemail.com."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from apes_mailer.check.catalogue import finding
from apes_mailer.check.clients import features, support
from apes_mailer.check.clients.features import Use
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.page import document
from apes_mailer.check.whereabouts import field_of, quoted
from apes_mailer.model.finding import Finding

_HARMLESS = Path(support.__file__).with_name("harmless.toml")


@functools.cache
def harmless() -> Mapping[str, str]:
    """Return the features that no reader misses, each with what is seen without it."""
    return tomllib.loads(_HARMLESS.read_text(encoding="utf-8"))


def unsupported(letter: CheckedLetter) -> Iterator[Finding]:
    """What the letter uses works in the mail programs of its readers, or is not missed; one finding for each feature.

    What works in part only passes. ``<style>`` counts for those only that do not drop it, and its rules for narrow
    screens on phones only.
    """
    declared = support.declared(letter.clients)
    with_styles = declared - support.without("html-style", declared)
    for feature, uses in _by_feature(letter).items():
        inline = [use for use in uses if use.element]
        readers = support.on_phones(with_styles) if all(use.on_phones_only for use in uses) else with_styles
        if lacking := support.without(feature, declared if inline else readers):
            first = (inline or uses)[0]
            words = first.element.words() if first.element else ""
            yield finding(
                f"client-support.{features.kind(feature)}",
                field_of(letter, quoted(words)),
                code=quoted(first.code),
                count=len(uses),
                programs=support.named(lacking, declared),
            )


def _by_feature(letter: CheckedLetter) -> Mapping[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for use in features.used(document.read(letter.html)):
        if use.feature not in harmless():
            found.setdefault(use.feature, []).append(use)
    return found
