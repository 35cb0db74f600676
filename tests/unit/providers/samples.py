"""A small letter with a slot in every context, people to send it to, and values meant to break out of their place."""

from __future__ import annotations

from hypothesis import strategies as st

from apes_mailer.model.batch import Batch, Envelope, Recipient
from apes_mailer.model.keys import Keyring
from apes_mailer.model.merge import ContactField, LinkTag, PictureLink, Special
from apes_mailer.model.message import Context, MessageTemplate, Slot

KEYRING = Keyring(bytes(range(32)))
LIST_TAG = KEYRING.list_tag("lettre")

ENVELOPE = Envelope(
    from_address="lettre@semis.example",
    from_name="Les Semis d’Artois",
    reply_to="bonjour@semis.example",
    public_url="https://lettre.semis.example",
    list_id="<lettre.semis.example>",
    browser_url="https://lettre.semis.example/b/juillet?a=1&b=2",
)


def _field(name: str, context: Context, fallback: str | None = None) -> Slot:
    return Slot(ContactField(name, fallback), context)


def _link(kind: Special, context: Context) -> Slot:
    return Slot(LinkTag(kind), context)


TEMPLATE = MessageTemplate(
    language="fr",
    subject=(_field("NOM", Context.HEADER, "Bonjour"), ", la lettre n° 12"),
    text=(
        "Chère, cher ",
        _field("NOM", Context.PLAIN),
        " d’",
        _field("VILLE", Context.PLAIN, "ici & d’ailleurs"),
        "\n\nEn ligne : ",
        _link(Special.BROWSER, Context.PLAIN),
        "\nNe plus recevoir : ",
        _link(Special.UNSUBSCRIBE, Context.PLAIN),
        "\nEnvoyé à ",
        _field("EMAIL", Context.PLAIN),
        ".\n",
    ),
    html=(
        '<!DOCTYPE html>\n<html lang="fr"><head><title>',
        _field("NOM", Context.HTML),
        '</title></head><body><p title="pour ',
        _field("NOM", Context.ATTRIBUTE),
        "\" lang='fr'>Chère, cher <b>",
        _field("NOM", Context.HTML),
        '</b>\n<!--[if mso]><td title="',
        _field("NOM", Context.ATTRIBUTE),
        '">&nbsp;</td><![endif]--><a href="',
        _field("SITE", Context.URL, "https://semis.example/?a=1&b=2"),
        '">site</a> <a href="https://semis.example/qui/',
        _field("VILLE", Context.URL_PART, "ici"),
        "?nom=",
        _field("NOM", Context.URL_PART),
        '&amp;fin=1">qui</a> <a href="mailto:',
        _field("EMAIL", Context.ADDRESS),
        '">écrire</a> <img src="',
        Slot(PictureLink("four-0a1b.jpg"), Context.URL),
        '" alt="Le four de ',
        _field("VILLE", Context.ATTRIBUTE, "chez nous"),
        '" width="300"></p><p><a href="',
        _link(Special.BROWSER, Context.URL),
        '">en ligne</a> <a href="',
        _link(Special.UNSUBSCRIBE, Context.URL),
        '">ne plus recevoir</a></p></body></html>\n',
    ),
)
"""Each context, each kind of expression, values with and without fallback, and a conditional comment."""


def recipient(address: str, **values: str) -> Recipient:
    """A person, marked as the program marks its own."""
    key = KEYRING.contact_key(address)
    url = ENVELOPE.unsubscribe_url(KEYRING.token(LIST_TAG, key))
    return Recipient(address, KEYRING.recipient_mark(key), url, {"EMAIL": address, **values})


def people(count: int, envelope: Envelope = ENVELOPE) -> list[Recipient]:
    """That many different people, who unsubscribe as an envelope says."""
    found = [recipient(f"p{number}@example.org", NOM=f"Éloïse {number}", VILLE="Arras") for number in range(count)]
    tokens = KEYRING.tokens(LIST_TAG, [KEYRING.contact_key(each.address) for each in found])
    return [
        each._replace(unsubscribe_url=envelope.unsubscribe_url(token))
        for each, token in zip(found, tokens, strict=True)
    ]


def batch(
    *recipients: Recipient,
    attempt: str = "attempt-00000001",
    template: MessageTemplate = TEMPLATE,
    envelope: Envelope = ENVELOPE,
) -> Batch:
    """One request for these people."""
    return Batch(
        campaign="2027-07", run="1", attempt=attempt, envelope=envelope, template=template, recipients=recipients
    )


NASTY = (
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//evil.example",
    "\"'><img src=x onerror=alert(1)>",
    'O\'Brien" onload="x',
    "</title></style></script><b>",
    "a & b &amp; c &lt; &#60; &quot;",
    "%3Cscript%3E %0D%0ABcc: x@evil.example",
    "a\r\nBcc: x@evil.example\r\n\r\n<b>body</b>",
    "\r",
    "\n.\n",
    "\u2028a\u2029b\x85c\x0bd\x0ce",
    "a\0b\x1b[31m\x7f\x9b",
    "\ud800",
    "\udfff\ud83d x",
    "\ufeffx\ufffe\uffff",
    "😀 👩‍👩‍👧 e\u0301",
    "שלום (עולם)",
    "\u202eexe.ecnaf\u202c",
    "\u2066x\u2069\u200f\u061c",
    "<<contact.EMAIL>> {{contact.EMAIL}} <<unsubscribe>>",
    "zq0000qz",
    "-apes0123ab000- -apes0123ab-",
    "https://ok.example/?a=1&b=2#c",
    "HTTP://OK.example",
    'https://ok.example/"onclick=x',
    "https://ok.example/<b>",
    "https:\\\\evil.example",
    "https://ok.example/ and more",
    "https:// ",
    "mailto:a@b.example?bcc=c@d.example",
    "mailto:",
    "=?utf-8?q?=0D=0ABcc:_x@evil.example?=",
    "=",
    ".",
    "--",
    "-->",
    "--!>",
    "<!--",
    "]]>",
    "<![endif]-->",
    " ",
    "",
    "\u00a0",
    "\u200b",
    "x" * 2000,
    "é" * 400,
)
"""Values that tried to be something else than data, somewhere, once."""

_any_character = st.characters(exclude_categories=())
_signs = st.sampled_from("<>&\"'%#?/\\:;=@ \t\r\n\0-.é’😀א\u202e\u2028\ud800")

hostile = st.one_of(
    st.sampled_from(NASTY),
    st.text(_any_character | _signs, max_size=60),
    st.lists(st.sampled_from(NASTY) | st.text(_any_character, max_size=5), max_size=4).map("".join),
)
"""Any value at all, half surrogate pairs included."""
