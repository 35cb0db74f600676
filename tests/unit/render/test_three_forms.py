"""Nobody gets less: each heading, link, date and alternative text is in the HTML, in the plain text and on the web."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apes_mailer.check import completeness
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.issue import Issue
from apes_mailer.model.piece import Kind
from apes_mailer.render import fill
from apes_mailer.render.letter import render
from apes_mailer.render.pieces import pieces
from apes_mailer.workspace import Workspace
from tests.support.goldens import GOLDENS
from tests.support.letters import BROWSER, IDENTITY, PICTURES, THEMES, UNSUBSCRIBE, everything, issue_of, renditions


def lost(theme: str, issue: Issue, *, for_web: bool) -> list[tuple[str, str, object]]:
    """What a letter, or its web version, has lost of its issue: what of, where, and the words."""
    files = Workspace(Path("no-workspace")).theme(theme)
    rendered = render(issue, files, IDENTITY, PICTURES, web_version=True, for_web=for_web)
    made = renditions(rendered)
    template = rendered.with_pictures({place: each.name for place, each in made.items()}).template
    links = fill.Links(pictures="https://pictures.example/", browser=BROWSER)
    values = {"EMAIL": "aicha@mail.example", "NOM": "O'Brien"}
    letter = CheckedLetter(
        issue=issue,
        template=template,
        html=fill.fill(template.html, values, links, UNSUBSCRIBE),
        text=fill.fill(template.text, values, links, UNSUBSCRIBE),
        identity=IDENTITY,
        sender="lettre@semis.example",
        today=dt.date(2027, 7, 1),
        pieces=pieces(issue, IDENTITY),
        renditions=made,
    )
    return [(each.name, each.field, each.values.get("words")) for each in completeness.lost(letter)]


@pytest.mark.parametrize("for_web", [False, True], ids=["letter", "web"])
@pytest.mark.parametrize("golden", GOLDENS.values(), ids=GOLDENS.keys())
def test_golden_letters_lose_nothing(golden: Any, *, for_web: bool) -> None:
    found = lost(golden.theme, golden.issue, for_web=for_web)
    assert [each for each in found if not _said_to_one_reader(each, for_web=for_web)] == []


def _said_to_one_reader(found: tuple[str, str, object], *, for_web: bool) -> bool:
    """Why somebody gets a letter, and the line for the list of messages, are not for the web."""
    return for_web and (found[1] == "preheader" or found[2] == IDENTITY.reason)


def test_letters_to_compare_hold_something_of_every_kind() -> None:
    kinds = {piece.kind for piece in pieces(everything(), IDENTITY)}
    assert kinds == set(Kind)


def _markdown(words: str, link: str, item: str) -> str:
    return f"{words}, [voir]({link})\n\n- {item}"


def _event(title: str, date: dt.date, days: int, more: dict[str, str]) -> dict[str, object]:
    return {"title": title, "date": date, "end_date": date + dt.timedelta(days), **more}


_WORDS = st.text("abc défghé «»!?:’'-·&<>\"*_[]()#0123456789", min_size=1, max_size=40).filter(
    lambda text: any(sign.isalnum() for sign in text)
)
_LINK = st.from_regex(r"https://[a-z]{1,9}\.example/[a-z0-9]{0,9}(\?q=[a-z]{1,4}&b=1)?", fullmatch=True)
_DATE = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
_IMAGE = st.fixed_dictionaries(
    {"file": st.sampled_from(sorted(PICTURES)), "alt": _WORDS}, optional={"caption": _WORDS, "link": _LINK}
)
_BUTTON = st.fixed_dictionaries({"text": _WORDS, "link": _LINK})
_ARTICLE: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {"title": _WORDS},
    optional={
        "text": st.builds(_markdown, _WORDS, _LINK, _WORDS),
        "link": _LINK,
        "images": st.lists(_IMAGE, max_size=3),
        "layout": st.sampled_from(["top", "left", "right"]),
        "buttons": st.lists(_BUTTON, max_size=2),
        "contact": st.fixed_dictionaries({"email": st.just("odile@a.example")}, optional={"name": _WORDS}),
    },
)
_EVENT: st.SearchStrategy[Any] = st.builds(
    _event,
    _WORDS,
    _DATE,
    st.sampled_from([0, 1, 40, 500]),
    st.fixed_dictionaries({}, optional={"place": _WORDS, "link": _LINK}),
)
_BLOCK: st.SearchStrategy[Any] = st.one_of(
    st.fixed_dictionaries({"type": st.just("banner"), "button": _BUTTON}, optional={"title": _WORDS}),
    st.fixed_dictionaries(
        {"type": st.just("editorial"), "text": _WORDS},
        optional={"heading": _WORDS, "title": _WORDS, "signature": _WORDS},
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("section"),
            "title": _WORDS,
            "columns": st.sampled_from([1, 2]),
            "articles": st.lists(_ARTICLE, min_size=1, max_size=4),
        }
    ),
    st.fixed_dictionaries(
        {"type": st.just("events"), "title": _WORDS, "events": st.lists(_EVENT, min_size=1, max_size=3)}
    ),
    st.fixed_dictionaries({"type": st.just("gallery"), "images": st.lists(_IMAGE, min_size=1, max_size=5)}),
    st.fixed_dictionaries({"type": st.just("quote"), "text": _WORDS}, optional={"author": _WORDS, "role": _WORDS}),
    st.fixed_dictionaries({"type": st.just("logos"), "logos": st.lists(_IMAGE, min_size=1, max_size=3)}),
)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(THEMES),
    st.sampled_from(["fr", "en"]),
    st.lists(_BLOCK, min_size=1, max_size=8),
    st.booleans(),
)
@example("apes", "fr", [{"type": "gallery", "images": [{"file": "small.png", "alt": "[4"}]}], False)
def test_any_letter_loses_nothing(theme: str, language: str, blocks: list[dict[str, Any]], for_web: bool) -> None:
    issue = issue_of(*blocks, language=language, date="2027-07-01")
    found = lost(theme, issue, for_web=for_web)
    assert [each for each in found if not _said_to_one_reader(each, for_web=for_web)] == []
