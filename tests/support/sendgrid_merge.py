"""Rules about substitutions, and what a recipient would read once they are put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TypedDict

from tests.support.sendgrid_body import Mail, Violation, read_mail

MAX_SUBSTITUTION_BYTES = 10_000

# A key is -apes, letters or digits, and a number; `/lettre-apes-2025/` in a link is none.
KEY_PATTERN = r"-apes[0-9A-Za-z]{2,}[0-9]{3}-"

_MARK = re.compile(rf"<<|&lt;&lt;|\{{\{{|{KEY_PATTERN}")
_NOTHING = re.compile(r"(?!)")


class Letter(TypedDict):
    """What one recipient would read."""

    subject: str
    text: str
    html: str


def merged(body: bytes | Mapping[str, object] | Mail, index: int) -> Letter:
    """What the recipient of personalization `index` would read: substitutions put in raw, in one pass.

    Raises ValueError when the body has not the shape of a mail.
    """
    match read_mail(body):
        case Mail() as mail:
            pass
        case broken:
            raise ValueError(f"not a mail: {broken}")
    personalization = mail.personalizations[index]
    values = personalization.substitutions
    slots = _any_of(values)

    def fill(text: str) -> str:
        return slots.sub(lambda match: values[match[0]], text)

    parts = {content.type: content.value for content in reversed(mail.content)}
    return Letter(
        subject=fill(personalization.subject or mail.subject or ""),
        text=fill(parts.get("text/plain", "")),
        html=fill(parts.get("text/html", "")),
    )


def leftovers(text: str) -> list[str]:
    """The merge marks still standing in a text (`<<`, its HTML form, `{{`, `-apesm0001-`), each with what follows."""
    return [text[match.start() : match.start() + 24] for match in _MARK.finditer(text)]


def _substitutions_within_limit(mail: Mail) -> Iterator[Violation]:
    for index, personalization in enumerate(mail.personalizations):
        size = sum(len(f"{key}{value}".encode()) for key, value in personalization.substitutions.items())
        if size > MAX_SUBSTITUTION_BYTES:
            yield Violation(
                message=f"The substitutions take {size} bytes; the limit is 10000.",
                field=f"personalizations.{index}.substitutions",
            )


def _keys_are_safe(mail: Mail) -> Iterator[Violation]:
    seen: dict[tuple[str, ...], dict[str, str]] = {}
    for index, personalization in enumerate(mail.personalizations):
        keys = tuple(personalization.substitutions)
        if keys not in seen:
            seen[keys] = _bad_keys(keys)
        for key, message in seen[keys].items():
            yield Violation(message=message, field=f"personalizations.{index}.substitutions.{key}")


def _bad_keys(keys: tuple[str, ...]) -> dict[str, str]:
    bad = {
        key: "A substitution key may not be empty nor hold a space, <, > or &."
        for key in keys
        if not key or set(key) & set(" <>&")
    }
    # In sorted order a key is followed at once by those that begin with it.
    for shorter, longer in pairwise(sorted(keys)):
        if longer.startswith(shorter):
            bad.setdefault(shorter, f"The substitution key is the beginning of {longer!r}.")
    return bad


def _values_hold_no_key(mail: Mail) -> Iterator[Violation]:
    keys = {key for each in mail.personalizations for key in each.substitutions}
    nested = re.compile(f"{_any_of(keys).pattern}|{KEY_PATTERN}")
    for index, personalization in enumerate(mail.personalizations):
        for key, value in personalization.substitutions.items():
            if match := nested.search(value):
                yield Violation(
                    message=f"The value holds the substitution key {match[0]!r}; keys do not nest.",
                    field=f"personalizations.{index}.substitutions.{key}",
                )


def _nothing_left_over(mail: Mail) -> Iterator[Violation]:
    every_key = {key for each in mail.personalizations for key in each.substitutions}
    seen: set[tuple[frozenset[str], str | None]] = set()
    for index, personalization in enumerate(mail.personalizations):
        keys = frozenset(personalization.substitutions)
        if (keys, personalization.subject) in seen:
            continue
        seen.add((keys, personalization.subject))
        texts = [("subject", personalization.subject or mail.subject or "")]
        texts += [(f"content.{at}.value", part.value) for at, part in enumerate(mail.content)]
        for field, mark in _leftovers_of(texts, keys, every_key - keys):
            yield Violation(
                message=f"The recipient of personalization {index} would read the merge mark {mark!r}.",
                field=field,
            )


def _leftovers_of(
    texts: Iterable[tuple[str, str]], filled: Collection[str], missing: Collection[str]
) -> list[tuple[str, str]]:
    """(field, mark) of what stays in the authored text; a person's own value may hold such signs."""
    slots, unfilled = _any_of(filled), _any_of(missing)
    found: list[tuple[str, str]] = []
    for field, text in texts:
        literal = slots.sub("\0", text)
        found += [(field, match[0]) for match in unfilled.finditer(literal)]
        found += [(field, left) for left in leftovers(unfilled.sub("\0", literal))]
    return found


def _template_excludes_substitutions(mail: Mail) -> Iterator[Violation]:
    if mail.template_id is None or not mail.template_id.startswith("d-"):
        return
    for index, personalization in enumerate(mail.personalizations):
        if personalization.substitutions:
            yield Violation(
                message="Substitutions may not be used with dynamic templating.",
                field=f"personalizations.{index}.substitutions",
            )


def _any_of(keys: Collection[str]) -> re.Pattern[str]:
    longest_first = sorted((key for key in keys if key), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else _NOTHING


RULES: tuple[Callable[[Mail], Iterable[Violation]], ...] = (
    _substitutions_within_limit,
    _keys_are_safe,
    _values_hold_no_key,
    _nothing_left_over,
    _template_excludes_substitutions,
)
