"""The mail programs that letters are tried in.

The facts are those of caniemail.com (its data of May 2026, package ``caniemail`` 2.0.2), by the names of its features;
where a program differs between its forms, the one that understands less is taken. How colours are inverted in the dark
is described in ``darken.js``. A program stands here for what it leaves out: the letter must hold without it.
"""

from __future__ import annotations

import re

from tools.clients.simulated import Client


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


EVERYTHING = Client(name="everything")
"""Apple Mail, and what else is a browser in all but name."""

PICTURES_BLOCKED = Client(name="pictures-blocked", pictures=False)
"""The same before a click on "show pictures"."""

NO_MEDIA_QUERY = Client(name="no-media-query", media_queries=False, dark="unchanged")

SFR = Client(
    name="sfr",
    styles=False,  # html-style
    dark="unchanged",  # css-at-media-prefers-color-scheme
    head=False,  # html-meta-color-scheme
    body=False,  # html-body
    unknown_values=re.compile(r"position:\s*(?:absolute|fixed)"),  # css-position, note 4
)
LA_POSTE = Client(
    name="la-poste",
    styles=False,  # html-style
    dark="unchanged",
    head=False,
    body=False,
    unknown_values=re.compile(r"position:\s*(?:absolute|fixed)"),
    own_css="table{width:inherit}h1{color:#fff}h2{background:#354963}",  # css-width, note 2; html-h1-h6, note 1
)
ORANGE = Client(
    name="orange",
    head=False,
    unknown_selectors=re.compile(r"[>\[]|::?(?:before|after|checked|has)"),  # css-selector-child
    unknown_properties=_words(
        "border-radius box-shadow box-sizing clip-path filter opacity outline object-fit word-break"
    ),
    unknown_values=re.compile(r"\b(?:rgba|max|min|clamp|light-dark|[a-z]+-gradient)\(|display:\s*(?:flex|grid)|rem\b"),
    glued_important=False,  # css-important, note 3
    unknown_elements=frozenset({"small", "address"}),  # html-small, html-address
    unknown_attributes=frozenset({"role", "lang", "aria-label"}),  # html-role, html-lang, html-aria-label
)
GMAIL = Client(
    name="gmail",
    head=False,
    style_limit=16_384,  # html-style, note 6
    dark="partly inverted",
    unknown_selectors=re.compile(r"\[(?!class~=)"),  # css-selector-attribute, note 5
    unknown_properties=frozenset({"position"}),  # css-position
    unknown_values=re.compile(r"rgb\(\s*\d+\s+\d+"),  # css-rgb, note 3
)
GMAIL_FOREIGN = Client(
    name="gmail-foreign",
    styles=False,  # html-style: accounts of other providers in Gmail's apps
    head=False,
    dark="inverted",
    unknown_properties=frozenset({"position", "opacity"}),
    unknown_values=re.compile(r"display:\s*none"),  # css-display-none
)
OUTLOOK_COM = Client(name="outlook.com", head=False, dark="outlook.com")

_CELLS = frozenset({"td", "th"})
WORD_OUTLOOK = Client(
    name="word-outlook",
    is_word=True,
    media_queries=False,  # css-at-media
    dark="inverted",
    unknown_selectors=re.compile(r"[>\[+~*:]"),  # css-selector-child, -attribute, css-pseudo-*
    unknown_properties=_words(
        "border-radius border-spacing box-shadow box-sizing clear float max-height min-height min-width "
        "opacity outline overflow position text-overflow transform visibility white-space word-break "
        "word-spacing word-wrap z-index"
    ),
    unknown_values=re.compile(
        r"display:(?!\s*none)|background(?:-image)?:[^;]*(?:url|gradient)\(|\b(?:rgba|calc|max|min|clamp|var)\("
        r"|margin[a-z-]*:[^;]*auto|(?:rem|v[hw]|ch)\b"
    ),
    properties_of=(
        ("padding", _CELLS),  # css-padding, note 1
        ("mso-padding-alt", _CELLS),
        *((f"padding-{side}", _CELLS) for side in ("top", "right", "bottom", "left")),
        ("max-width", frozenset({"table"})),  # css-max-width, note 1
        ("width", frozenset({"table", "td", "th"})),  # css-width, note 1
        ("height", frozenset({"table", "tr", "td", "th", "img"})),  # css-height, note 2
    ),
    inline_important=False,  # css-important, note 5
    narrow=False,
)

ALL = (
    EVERYTHING,
    PICTURES_BLOCKED,
    NO_MEDIA_QUERY,
    SFR,
    LA_POSTE,
    ORANGE,
    GMAIL,
    GMAIL_FOREIGN,
    OUTLOOK_COM,
    WORD_OUTLOOK,
)
