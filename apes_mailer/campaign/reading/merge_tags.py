"""Merge tags with a slip in them, which would reach readers as they stand."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from apes_mailer.campaign.reading.names import plain
from apes_mailer.campaign.reading.remark import Remark
from apes_mailer.model import field, merge

_SPECIAL_WORDS = {
    "unsubscribe": merge.Special.UNSUBSCRIBE,
    "unsubscribe_link": merge.Special.UNSUBSCRIBE,
    "unsubscribe_url": merge.Special.UNSUBSCRIBE,
    "unsub": merge.Special.UNSUBSCRIBE,
    "desabonnement": merge.Special.UNSUBSCRIBE,
    "desabonner": merge.Special.UNSUBSCRIBE,
    "se_desabonner": merge.Special.UNSUBSCRIBE,
    "desinscription": merge.Special.UNSUBSCRIBE,
    "desinscrire": merge.Special.UNSUBSCRIBE,
    "se_desinscrire": merge.Special.UNSUBSCRIBE,
    "browser": merge.Special.BROWSER,
    "view_in_browser": merge.Special.BROWSER,
    "web_version": merge.Special.BROWSER,
    "mirror": merge.Special.BROWSER,
    "navigateur": merge.Special.BROWSER,
    "version_en_ligne": merge.Special.BROWSER,
    "miroir": merge.Special.BROWSER,
}
_USUAL_FIELDS = {field.EMAIL, *field.SYNONYMS, *field.SYNONYMS.values()}

# A tag of a contact with too few brackets, or with the quotation marks that a word processor makes of two of them. An
# address such as <contact.lille@exemple.fr> is none.
_HALF_CONTACT = re.compile(
    r"""(?:<{1,2}|\{{1,2})[ ]*contact[ ]*\.[ ]*(?P<name>\w+)(?![\w.@-])(?P<fallback>[ ]*\|[^<>{}\n]*)?
        [ ]*(?:>{1,2}|\}{1,2})?
        | [«‹]\s*contact\.(?P<quoted>[A-Z][A-Z0-9_]*)\s*[»›]""",
    re.VERBOSE,
)
_BRACKET = re.compile("[<{«‹]")
_HALF_SPECIAL = re.compile(r"(?:<{1,2}|\{{1,2})[ ]*(?P<word>unsubscribe|browser)[ ]*(?:>{1,2}|\}{1,2})?", re.IGNORECASE)


def remarks(text: str) -> Iterator[Remark]:
    """Yield a remark for each tag without a meaning, and for each half tag."""
    if _BRACKET.search(text) is None:
        return
    tags = merge.find(text)
    for tag in tags:
        if tag.expression is None:
            yield Remark.at(text, tag.start, tag.written, f"{tag.written} is no merge tag", _cure(tag.written))
    for pattern in (_HALF_CONTACT, _HALF_SPECIAL):
        for match in pattern.finditer(text):
            if not any(tag.start < match.end() and match.start() < tag.end for tag in tags):
                written = match.group().strip()
                cure = f"Write {_whole(match)}."
                yield Remark.at(text, match.start(), written, f"{written} is only half a merge tag", cure)


def _whole(match: re.Match[str]) -> str:
    groups = match.groupdict()
    if word := groups.get("word"):
        return f"<<{word.lower()}>>"
    fallback = (groups["fallback"] or "").strip()
    return f"<<contact.{merge.field_name(groups['name'] or groups['quoted'])}{fallback}>>"


def _cure(written: str) -> str:
    inside = written[2:-2]
    head, dot, rest = inside.strip().partition(".")
    name, bar, fallback = rest.partition("|")
    if dot and merge.field_name(name) and _like(head, ["contact"]):
        return f"Did you mean <<contact.{merge.field_name(name)}{bar}{fallback}>>?"
    if special := _like(inside.partition("|")[0], _SPECIAL_WORDS):
        return f"Did you mean <<{_SPECIAL_WORDS[special]}>>?"
    name, bar, fallback = inside.strip().partition("|")
    known = merge.field_name(name)
    if known in _USUAL_FIELDS or (known and not re.search(r"\s", inside)):
        return f"Did you mean <<contact.{field.canonical_field(known)}{bar}{fallback}>>?"
    if written.startswith("<<") and inside.strip():
        return f"For quotation marks write « {inside.strip()} »."
    return "Write for example <<contact.PRENOM>>, or take the brackets away."


def _like(word: str, names: dict[str, merge.Special] | list[str]) -> str:
    return next(iter(difflib.get_close_matches(plain(word), names, 1, 0.75)), "")
