"""Merge tags with a slip in them, and those of other services, which would reach readers as they stand."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from apes_mailer.model import field, merge
from apes_mailer.model.spelling import plain
from apes_mailer.reading.remark import Remark

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
    "preferences": merge.Special.PREFERENCES,
    "manage_preferences": merge.Special.PREFERENCES,
    "update_profile": merge.Special.PREFERENCES,
    "mes_preferences": merge.Special.PREFERENCES,
    "browser": merge.Special.BROWSER,
    "view_in_browser": merge.Special.BROWSER,
    "web_version": merge.Special.BROWSER,
    "archive": merge.Special.BROWSER,
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
_ANY_SIGN = re.compile(r"[<{«‹%*\[]")

# %%FIRST_NAME%%, *|FNAME|*, [[data:firstname]] always; %FNAME% and {FNAME} only round the name of a usual field.
_FOREIGN = re.compile(
    r"""%%(?P<percents>[\w.:-]{1,60})%% | \*\|(?P<stars>[^|*\n]{1,60})\|\*
        | \[\[(?:data|var):(?P<squares>[\w.]{1,60})[^\]\n]*\]\]
        | (?<![%\w])%(?P<percent>[A-Za-z_]{3,40})%(?![%\w]) | (?<!\{)\{[ ]?(?P<brace>[A-Z_]{3,40})[ ]?\}(?!\})""",
    re.VERBOSE,
)
_COMMAND = re.compile(r"\{%[^%\n]{0,200}%\}|\*\|(?:IF|ELSE|ELSEIF|END|IFNOT)\b[^|\n]{0,60}\|\*")
_DEFAULT_FILTER = re.compile(r"""default\s*[:(=]?\s*["'«]?\s*(?P<words>[^"'»)]*?)\s*["'»]?\s*\)?""", re.IGNORECASE)
_HALF_SPECIAL = re.compile(
    r"(?:<{1,2}|\{{1,2})[ ]*(?P<word>unsubscribe|preferences|browser)[ ]*(?:>{1,2}|\}{1,2})?", re.IGNORECASE
)


def remarks(text: str) -> Iterator[Remark]:
    """Yield a remark for each tag without a meaning, for each half tag, and for each tag of another service."""
    if _ANY_SIGN.search(text) is None:
        return
    tags = merge.find(text)
    for tag in tags:
        if tag.expression is None:
            yield Remark.at(text, tag.start, tag.written, f"{tag.written} is no merge tag", _cure(tag.written))
        elif isinstance(tag.expression, merge.ContactField) and (ours := _with_our_fallback(tag.expression)):
            message = f"{tag.written} says what to write instead as another service does"
            yield Remark.at(text, tag.start, tag.written, message, f"Write {ours}.")
    yield from _of_other_services(text, tags)
    for pattern in (_HALF_CONTACT, _HALF_SPECIAL):
        for match in pattern.finditer(text):
            if not any(tag.start < match.end() and match.start() < tag.end for tag in tags):
                written = match.group().strip()
                cure = f"Write {_whole(match)}."
                yield Remark.at(text, match.start(), written, f"{written} is only half a merge tag", cure)


def _with_our_fallback(tag: merge.ContactField) -> merge.ContactField | None:
    """Return ``<<contact.PRENOM|ami>>`` for ``{{ contact.PRENOM | default: "ami" }}``, else None."""
    match = _DEFAULT_FILTER.fullmatch(tag.fallback or "")
    return merge.ContactField(tag.name, match["words"]) if match is not None else None


def _of_other_services(text: str, tags: list[merge.TagMatch]) -> Iterator[Remark]:
    """Yield a remark for each tag or command of another service, which readers would see as it stands."""
    commands = list(_COMMAND.finditer(text))
    for match in commands:
        message = f"{match.group()} is a command of another service"
        yield Remark.at(text, match.start(), match.group(), message, "Take it away: texts have no conditions here.")
    taken = [(one.start(), one.end()) for one in commands] + [(tag.start, tag.end) for tag in tags]
    for match in _FOREIGN.finditer(text):
        inside = next(group for group in match.groups() if group is not None)
        sure = match["percent"] is None and match["brace"] is None
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        if sure or field.field_name(inside) in _USUAL_FIELDS:
            message = f"{match.group()} is a merge tag of another service"
            yield Remark.at(text, match.start(), match.group(), message, _meant(inside, "take it away"))


def _whole(match: re.Match[str]) -> str:
    groups = match.groupdict()
    if word := groups.get("word"):
        return f"<<{word.lower()}>>"
    fallback = (groups["fallback"] or "").strip()
    return f"<<contact.{field.field_name(groups['name'] or groups['quoted'])}{fallback}>>"


def _cure(written: str) -> str:
    inside = written[2:-2]
    if written.startswith("<<") and inside.strip() and not _tag_meant(inside):
        return f"For quotation marks write « {inside.strip()} »."
    return _meant(inside, "take the brackets away")


def _meant(inside: str, otherwise: str) -> str:
    tag = _tag_meant(inside)
    return f"Did you mean {tag}?" if tag else f"Write for example <<contact.PRENOM>>, or {otherwise}."


def _tag_meant(inside: str) -> str:
    """Return the tag that the words between some brackets most likely mean, or nothing."""
    head, dot, rest = inside.strip().partition(".")
    name, bar, fallback = rest.partition("|")
    if dot and field.field_name(name) and _like(head, ["contact"]):
        return f"<<contact.{field.field_name(name)}{bar}{fallback}>>"
    if special := _like(inside.partition("|")[0], _SPECIAL_WORDS):
        return f"<<{_SPECIAL_WORDS[special]}>>"
    name, bar, fallback = inside.strip().partition("|")
    known = field.field_name(name)
    if known in _USUAL_FIELDS or (known and not re.search(r"\s", inside)):
        return f"<<contact.{field.canonical_field(known)}{bar}{fallback}>>"
    return ""


def _like(word: str, names: dict[str, merge.Special] | list[str]) -> str:
    return next(iter(difflib.get_close_matches(plain(word), names, 1, 0.75)), "")
