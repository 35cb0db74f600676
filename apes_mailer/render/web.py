"""The web version: the letter as everybody may read it, without what is meant for one reader."""

from __future__ import annotations

import functools
import html
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from apes_mailer.model.merge import ContactField, LinkTag, Special
from apes_mailer.model.message import Context, Parts, Slot
from apes_mailer.model.publication import ARCHIVE, FEED, picture_path
from apes_mailer.render import fill, slots

_UP = "../"  # from a page to the archive
# What stands for a link that leads nowhere without its reader; an <a> without href is no link (HTML, 4.5.1).
_NOWHERE = "about:nobody"
_NO_LINK = re.compile(rf' (?:href="{_NOWHERE}"|href="(?:mailto|tel):(?:\?[^"]*)?")')
_SPACE_AT_END = re.compile(r"\s+\Z")
_CLOSES = re.compile(r"[\s,.;:!?…)\]]")
# For Outlook only; "downlevel-revealed" is what all others read too.
_REVEALED = re.compile(r"<!--\[if !mso[^\]]*\]><!-->|<!--<!\[endif\]-->")
_CONDITIONAL = re.compile(r"<!--\[if .*?<!\[endif\]-->", re.DOTALL)
_MARKUP = re.compile(r"<style\b.*?</style>|<[a-zA-Z](?:[^\"'<>]|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
_FOR_OUTLOOK = re.compile(r"\bmso-[a-z-]+:[^;\"}]*;? ?| xmlns:[vo]=\"[^\"]*\"")
_OPEN_BODY = re.compile(r"<body\b[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """What a web version is published with.

    ``url`` is its address, ``letter`` the name of the letter in the archive, ``picture`` the published name of the one
    to show where somebody shares the page.
    """

    url: str
    title: str
    summary: str
    language: str
    letter: str
    picture: str = ""
    noindex: bool = False


@functools.cache
def words(language: str) -> Mapping[str, str]:
    """Return the words around letters on the web; English for a language that has none here."""
    folder = Path(__file__).with_name("pages")
    file = folder / f"strings.{language}.toml"
    text = (file if file.is_file() else folder / "strings.en.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def page(parts: Parts, about: WebPage) -> str:
    """Return the page for the HTML of a letter that was rendered for the web."""
    links = fill.Links(pictures=_UP + picture_path(""), browser=about.url)
    text = _NO_LINK.sub("", neutral(parts, links))
    text = _CONDITIONAL.sub("", _REVEALED.sub("", text))
    text = _MARKUP.sub(lambda markup: _FOR_OUTLOOK.sub("", markup.group()), text)
    text = text.replace("</head>", f"{_head(about)}</head>", 1)
    text = _OPEN_BODY.sub(lambda body: body.group() + _before(about), text, count=1)
    return text.replace("</body>", "</main></body>", 1) + "\n"


def line(text: str) -> str:
    """Return a line that an author wrote as everybody reads it: merge tags give way to their fallbacks."""
    return neutral(slots.of_line(text, Context.PLAIN), fill.Links(pictures="")).strip()


def unfilled(parts: Parts) -> list[str]:
    """Return the merge tags that say nothing on the web, because their author gave no words instead."""
    fields = [part.expression for part in parts if isinstance(part, Slot)]
    return list(dict.fromkeys(str(each) for each in fields if isinstance(each, ContactField) and not each.fallback))


def neutral(parts: Parts, links: fill.Links) -> str:
    """Return a text as somebody reads it of whom nothing is known: merge tags give way to their fallbacks."""
    out: list[str] = []
    for index, part in enumerate(parts):
        if isinstance(part, str):
            out.append(part)
            continue
        value = _value(part, links)
        following = parts[index + 1] if index + 1 < len(parts) else ""
        if not value and out and isinstance(following, str) and (not following or _CLOSES.match(following)):
            # "Bonjour <<contact.PRENOM>>," without a name is "Bonjour,".
            out[-1] = _SPACE_AT_END.sub("", out[-1])
        out.append(value)
    return "".join(out)


def _value(slot: Slot, links: fill.Links) -> str:
    match slot.expression:
        case ContactField(_, fallback):
            value = fill.contact_value(slot.expression, slot.context, {}) if fallback else ""
        case LinkTag(Special.UNSUBSCRIBE | Special.PREFERENCES):
            value = ""
        case _:
            value = fill.link_value(fill.constant(slot.expression, links) or "", slot.context)
    return value if slot.context is not Context.URL or value not in {"", "#"} else _NOWHERE


def _head(about: WebPage) -> str:
    def meta(name: str, content: str) -> str:
        kind = "property" if ":" in name else "name"
        return f'<meta {kind}="{name}" content="{html.escape(content)}">' if content else ""

    base = about.url.rpartition("/letters/")[0]
    feed_title = html.escape(about.letter)
    return "".join(
        [
            f'<link rel="canonical" href="{html.escape(about.url)}">',
            f'<link rel="alternate" type="application/atom+xml" title="{feed_title}" href="{_UP}{FEED}">',
            meta("robots", "noindex" if about.noindex else ""),
            meta("description", about.summary),
            meta("og:type", "article"),
            meta("og:title", about.title),
            meta("og:description", about.summary),
            meta("og:url", about.url),
            meta("og:site_name", about.letter),
            meta("og:locale", {"fr": "fr_FR", "en": "en_GB"}.get(about.language, "")),
            meta("og:image", f"{base}/{picture_path(about.picture)}" if about.picture else ""),
            f"<style>{_css()}</style>",
        ]
    )


@functools.cache
def _css() -> str:
    return (Path(__file__).with_name("pages") / "web.css").read_text(encoding="utf-8")


def _before(about: WebPage) -> str:
    said = words(about.language)
    return (
        f'<a class="web-skip" href="#letter">{html.escape(said["skip"])}</a>'
        f'<nav class="web-nav" aria-label="{html.escape(said["nav"])}">'
        f'<a href="{_UP}{ARCHIVE}">{html.escape(said["all"])}</a></nav>'
        '<main id="letter" tabindex="-1">'
    )
