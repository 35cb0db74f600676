"""``adhérent·e·s``, ``adhérent(e)s``, ``adhérent-e-s``: as written, and whole, wherever a letter shows words."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apes_mailer.model.message import Context
from apes_mailer.reading.issue import parse_issue
from apes_mailer.render import fill, markdown, typography
from tests.support.letters import THEMES, Sent, issue_of

FORMS = [
    "adhérent·e·s",
    "adhérent(e)s",
    "adhérent-e-s",
    "tou·te·s",
    "adhérent.e.s",
    "acteur·rice·s",
    "salarié⋅es",
    "ami•e•s",
]
STEMS = st.text("abcdeéèlmnoprstuçœ", min_size=2, max_size=12)
SIGNS = st.sampled_from(["·", "⋅", "•", "-", "."])


@st.composite
def forms(draw: st.DrawFn) -> str:
    """Return a word with its feminine and plural endings, in one of the ways people write them."""
    stem, feminine = draw(STEMS), draw(st.sampled_from(["e", "te", "rice", "ne", "ère", "le"]))
    if draw(st.booleans()):
        return f"{stem}({feminine})s"
    sign = draw(SIGNS)
    return f"{stem}{sign}{feminine}" + draw(st.sampled_from(["", "s", f"{sign}s"]))


def _shown_everywhere(theme: str, form: str, *, web_version: bool) -> None:
    block = {
        "type": "section",
        "title": f"Les {form} d’ici",
        "text": f"Chers {form}, *{form}* et [{form}](https://a.example/{form}) : venez !\n\n- {form}",
        "articles": [{"title": f"À {form}", "images": {"file": "wide.jpg", "alt": f"Des {form}", "caption": form}}],
    }
    sent = Sent(
        theme,
        issue_of(block, subject=f"À vous, {form} !", preheader=f"Pour {form}", title=f"À nos {form}"),
        web_version=web_version,
    )
    assert "".join(part for part in sent.letter.template.subject if isinstance(part, str)) == f"À vous, {form}\u00a0!"
    words = "".join(text for text, _, _ in sent.page.texts)
    assert words.count(form) == 8
    assert f"Pour {form}\u200c" in sent.html
    assert sent.page.all("img")[0]["alt"] == f"Des {form}"
    assert quote(f"https://a.example/{form}", safe=":/()") in [
        unquote_signs(link["href"]) for link in sent.page.all("a")
    ]
    assert re.sub(r"https://\S+", "", sent.text).count(form) == 9


def unquote_signs(address: str) -> str:
    """Return an address with its round brackets as such: both ways are right (RFC 3986, 2.2)."""
    return address.replace("%28", "(").replace("%29", ")")


@pytest.mark.parametrize("web_version", [False, True], ids=["letter", "web"])
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("form", FORMS)
def test_form_is_whole_wherever_words_are_shown(theme: str, form: str, *, web_version: bool) -> None:
    _shown_everywhere(theme, form, web_version=web_version)


@settings(max_examples=12, deadline=None)
@given(forms())
def test_any_form_is_whole_wherever_words_are_shown(form: str) -> None:
    _shown_everywhere("apes", form, web_version=False)


@given(st.lists(forms(), min_size=1, max_size=30), st.integers(20, 72))
def test_no_line_of_plain_text_breaks_inside_a_form(words: list[str], width: int) -> None:
    text = " ".join(words)
    assert markdown.wrap(text, width).split() == words
    assert markdown.to_text(text, "fr", width=width, link=str.format).split() == words


@given(forms())
def test_typography_and_slots_leave_a_form_as_it_is(form: str) -> None:
    assert typography.french(f"Les {form} et {form}.") == f"Les {form} et {form}."
    assert fill.escape(form, Context.HTML) == fill.escape(form, Context.PLAIN) == form
    assert unquote(fill.escape(form, Context.URL_PART)) == form
    assert re.fullmatch("[A-Za-z0-9%._~-]+", fill.escape(form, Context.URL_PART))


@given(forms())
def test_form_in_an_issue_is_read_without_complaint(form: str) -> None:
    text = (
        f"subject: Bonjour {form}\nblocks:\n  - type: quote\n    text: À {form}, avec [{form}](https://a.example/x)\n"
    )
    issue = parse_issue(text, shown="issue.yaml").issue
    assert issue.subject == f"Bonjour {form}"
