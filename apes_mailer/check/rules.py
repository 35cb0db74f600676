"""The rules that a letter is checked against, without the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apes_mailer.check import (
    addresses,
    client_support,
    completeness,
    contrast,
    dates,
    delivery,
    examples,
    false_headings,
    inbox,
    leftovers,
    link_words,
    links,
    loading,
    merge_tags,
    online,
    outlook,
    personal,
    pictures,
    raw_signs,
    sender,
    sizes,
    structure,
    telephones,
    words,
)
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding

Rule = Callable[[CheckedLetter], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    merge_tags.understood,
    inbox.subject,
    inbox.preheader,
    pictures.alternative_text,
    pictures.weight,
    pictures.lightened,
    pictures.sharpness,
    pictures.width,
    pictures.place,
    links.destination,
    links.web_version,
    telephones.numbers,
    online.web_version_is_old,
    addresses.web_addresses,
    link_words.words,
    link_words.same_words,
    link_words.unlinked,
    examples.addresses,
    false_headings.in_texts,
    dates.weekdays,
    dates.events,
    dates.issue_date,
    dates.copyright_year,
    raw_signs.signs,
    leftovers.placeholders,
    leftovers.copies,
    sender.identity,
    sender.web_version,
    words.text_part,
    words.enough,
    completeness.blanks,
    completeness.lost,
    delivery.size,
    delivery.unsubscribe,
    delivery.preferences,
    delivery.charset,
    delivery.control_characters,
    structure.language,
    structure.tables,
    structure.title,
    structure.headings,
    structure.silent,
    structure.leftover_code,
    outlook.shapes,
    contrast.contrast,
    contrast.behind_words,
    contrast.underlines,
    contrast.without_style,
    contrast.hidden_words,
    sizes.text_size,
    sizes.line_height,
    sizes.button_height,
    sizes.letter_width,
    loading.active_content,
    loading.hosts,
    personal.loads,
    personal.links,
    loading.style_blocks,
    client_support.unsupported,
)


def findings(letter: CheckedLetter) -> list[Finding]:
    """Return what the rules have to say."""
    return [finding for rule in RULES for finding in rule(letter)]
