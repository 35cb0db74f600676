"""The schema of an issue: strict about names, lenient where there is only one sense."""

from __future__ import annotations

import datetime as dt
import typing
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from apes_mailer.model import issue as schema
from apes_mailer.model.issue import Article, Divider, Issue, Section
from apes_mailer.model.walk import walk
from tests.support.letters import BARE, BUTTONS, FULL, IMAGE, everything, issue_of

BLOCKS: tuple[type[BaseModel], ...] = typing.get_args(typing.get_args(schema.Block)[0])


def faults(value: object) -> list[tuple[str, str]]:
    """(place, kind) of what is wrong with an issue."""
    try:
        Issue.model_validate(value)
    except ValidationError as error:
        return [(".".join(map(str, fault["loc"])), fault["type"]) for fault in error.errors()]
    return []


def minimal(**more: object) -> dict[str, Any]:
    """The smallest issue."""
    return {"subject": "Juillet", "blocks": [{"type": "divider"}], **more}


def test_smallest_issue_has_a_subject_and_a_block() -> None:
    issue = Issue.model_validate(minimal())
    assert (issue.language, issue.theme, issue.title, issue.preheader, issue.date) == ("fr", "apes", None, None, None)
    assert issue.blocks == [Divider(type="divider")]
    assert faults({}) == [("subject", "missing"), ("blocks", "missing")]
    assert faults(minimal(blocks=[])) == [("blocks", "too_short")]


def test_samples_of_the_tests_have_every_kind_of_block() -> None:
    kinds = {typing.get_args(block.model_fields["type"].annotation)[0] for block in BLOCKS}
    assert {block["type"] for block in FULL} == {block["type"] for block in BARE} == kinds


@pytest.mark.parametrize("block", FULL, ids=lambda block: block["type"])
def test_unknown_name_is_refused_in_every_block(block: dict[str, Any]) -> None:
    place = f"blocks.0.{block['type']}.titel"
    assert faults(minimal(blocks=[{**block, "titel": "x"}])) == [(place, "extra_forbidden")]
    assert faults(minimal(sujet="x")) == [("sujet", "extra_forbidden")]


def test_unknown_block_is_refused_and_the_known_ones_are_told() -> None:
    with pytest.raises(ValidationError, match="'banner', 'editorial', 'section'"):
        issue_of({"type": "video"})
    assert faults(minimal(blocks=[{"title": "sans type"}])) == [("blocks.0", "union_tag_not_found")]


@pytest.mark.parametrize("block", FULL, ids=lambda block: block["type"])
def test_every_block_takes_a_note_between_colleagues(block: dict[str, Any]) -> None:
    assert faults(minimal(note="x", blocks=[{**block, "note": "à relire"}])) == []


def test_one_picture_or_button_may_stand_without_a_list() -> None:
    one = Article.model_validate({"title": "A", "images": IMAGE, "buttons": BUTTONS[0]})
    many = Article.model_validate({"title": "A", "images": [IMAGE], "buttons": BUTTONS[:1]})
    assert one == many
    assert Article.model_validate({"title": "A"}).images == []


FAULTY: list[tuple[dict[str, Any], str]] = [
    ({"subject": 2027}, "subject"),
    ({"subject": ""}, "subject"),
    ({"language": "de"}, "language"),
    ({"theme": "../apes"}, "theme"),
    ({"theme": "Apes"}, "theme"),
    ({"date": "juillet"}, "date"),
    ({"blocks": [{"type": "section", "title": "S", "articles": []}]}, "blocks.0.section.articles"),
    ({"blocks": [{"type": "gallery", "images": []}]}, "blocks.0.gallery.images"),
    (
        {"blocks": [{"type": "section", "title": "S", "columns": 3, "articles": [{"title": "A"}]}]},
        "blocks.0.section.columns",
    ),
    ({"blocks": [{"type": "editorial", "text": 2027}]}, "blocks.0.editorial.text"),
]


@pytest.mark.parametrize(("more", "place"), FAULTY)
def test_fault_is_told_at_its_place(more: dict[str, Any], place: str) -> None:
    assert [where for where, _ in faults(minimal(**more))] == [place]


def test_all_faults_are_told_at_once() -> None:
    block = {"type": "section", "title": "", "articles": [{"titre": "A", "link": "javascript:x"}]}
    found = {place for place, _ in faults(minimal(subject=1, blocks=[block]))}
    article = "blocks.0.section.articles.0"
    assert found == {"subject", "blocks.0.section.title", f"{article}.title", f"{article}.titre", f"{article}.link"}


def test_date_of_the_file_is_a_date() -> None:
    assert Issue.model_validate(minimal(date=dt.date(2027, 7, 1))).date == dt.date(2027, 7, 1)
    assert Issue.model_validate(minimal(date="2027-07-01")).date == dt.date(2027, 7, 1)


def test_issue_cannot_be_changed() -> None:
    issue = Issue.model_validate(minimal())
    with pytest.raises(ValidationError, match="frozen"):
        issue.subject = "autre"  # pyright: ignore[reportAttributeAccessIssue] - what must fail


def test_walk_names_every_value_by_its_path() -> None:
    issue = issue_of({"type": "section", "title": "S", "articles": [{"title": "A"}, {"title": "B", "images": IMAGE}]})
    places = dict(walk(issue))
    assert places["subject"] == "Ce qui lève"
    assert isinstance(places["blocks[0]"], Section)
    assert places["blocks[0].articles[1].title"] == "B"
    assert places["blocks[0].articles[1].images[0].file"] == "wide.jpg"
    assert places[""] is issue
    assert len(list(walk(everything()))) == len(dict(walk(everything())))


def test_json_schema_helps_whoever_writes() -> None:
    found = schema.json_schema()
    assert found["$schema"].endswith("2020-12/schema")
    assert found["additionalProperties"] is False
    assert "merge tags" in found["properties"]["subject"]["description"].lower()
    assert found["properties"]["language"]["enum"] == ["fr", "en"]
    assert set(found["$defs"]) >= {block.__name__ for block in BLOCKS}
