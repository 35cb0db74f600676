"""The rules that a letter is checked against, without the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apes_mailer.check import delivery, examples, links, online, pictures
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding

Rule = Callable[[CheckedLetter], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    pictures.alternative_text,
    links.destination,
    links.web_version,
    online.web_version_is_old,
    examples.addresses,
    delivery.size,
    delivery.unsubscribe,
    delivery.charset,
    delivery.control_characters,
)


def findings(letter: CheckedLetter) -> list[Finding]:
    """Return what the rules have to say."""
    return [finding for rule in RULES for finding in rule(letter)]
