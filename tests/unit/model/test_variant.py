"""Variants: who gets which parts of an issue."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.model.issue import Divider, Issue
from apes_mailer.model.spelling import alike
from apes_mailer.model.variant import OTHERS, Audiences, Condition, public, values_in
from tests.support.letters import issue_of

EVERYBODY: dict[str, Any] = {"type": "editorial", "text": "Pour tout le monde."}
DIVIDER: dict[str, Any] = {"type": "divider"}


def block(text: str, **audience: object) -> dict[str, Any]:
    """A block for some readers."""
    return {"type": "quote", "text": text, "audience": audience}


def article(title: str, **audience: object) -> dict[str, Any]:
    """An article, for some readers when an audience is given."""
    return {"title": title, **({"audience": audience} if audience else {})}


def section(*articles: dict[str, Any], **more: object) -> dict[str, Any]:
    """A section of articles."""
    return {"type": "section", "title": "À la une", "articles": list(articles), **more}


AISNE = block("Pour l’Aisne.", territoire=["Aisne"])
NORTH = block("Pour le nord.", territoire=["Aisne", "Somme"])
MEMBERS = block("Pour qui adhère.", adherent="oui")


def texts(issue: Issue | None) -> list[str]:
    """What a cut issue says, in a word for each block."""
    assert issue is not None
    return [getattr(each, "text", None) or each.type for each in issue.blocks]


@pytest.mark.parametrize(
    ("cell", "holds"),
    [
        ("Aisne", True),
        ("AISNE", True),
        (" aisne ", True),
        ("Somme ; Aisne", True),
        ("Oise, Somme", True),
        ("Oise/Somme|Nord", True),
        ("Oise", False),
        ("L’Aisne", False),
        ("", False),
    ],
)
def test_one_of_the_values_is_enough_in_any_spelling(cell: str, holds: bool) -> None:
    condition = Condition.of(Issue.model_validate({"subject": "s", "blocks": [NORTH]}).blocks[0].audience or {})
    assert condition.holds({"TERRITOIRE": cell}) is holds


def test_contact_without_the_field_is_not_meant() -> None:
    audiences = Audiences(issue_of(EVERYBODY, NORTH))
    assert audiences.variant_of({}).name == OTHERS
    assert audiences.variant_of({"PRENOM": "Aisne"}).name == OTHERS


@pytest.mark.parametrize("column", ["Territoire", "TERRITOIRES", "territory", "territoire"])
def test_column_may_be_called_as_lists_call_it(column: str) -> None:
    audiences = Audiences(issue_of(EVERYBODY, block("Ici.", **{column: ["Aisne"]})))
    assert audiences.fields == ["TERRITOIRE"]
    assert audiences.variant_of({"TERRITOIRE": "Aisne"}).name == "aisne"


def test_several_columns_must_all_match() -> None:
    audiences = Audiences(issue_of(EVERYBODY, block("Ici.", territoire=["Aisne", "Somme"], adherent=["oui"])))
    assert audiences.variant_of({"TERRITOIRE": "Somme", "ADHERENT": "Oui"}).conditions
    assert not audiences.variant_of({"TERRITOIRE": "Somme", "ADHERENT": "non"}).conditions
    assert not audiences.variant_of({"ADHERENT": "oui"}).conditions


@pytest.mark.parametrize(
    ("one", "other"),
    [("Barœul", "BAROEUL"), ("Pas-de-Calais", "pas de calais"), ("Île‑de‑France", "ile de france"), ("Київ", "київ")],
)
def test_spellings_of_one_word_are_alike(one: str, other: str) -> None:
    assert alike(one) == alike(other) != ""


@given(st.text())
def test_what_is_alike_stays_so(text: str) -> None:
    assert alike(alike(text)) == alike(text)


@given(st.lists(st.sampled_from(["Aisne", "Somme", "Oise", "Nord"])), st.sampled_from([", ", ";", " / ", "|"]))
def test_values_of_a_cell_are_those_written_between_its_signs(values: list[str], sign: str) -> None:
    assert values_in(sign.join(values)) == {value.lower(): value for value in values}


def test_readers_get_what_is_for_all_and_what_is_for_them() -> None:
    audiences = Audiences(issue_of(EVERYBODY, AISNE, NORTH, MEMBERS))
    variant = audiences.variant_of({"TERRITOIRE": "Somme", "ADHERENT": "oui"})
    assert texts(audiences.cut(variant).issue) == ["Pour tout le monde.", "Pour le nord.", "Pour qui adhère."]
    assert (variant.name, variant.words) == ("aisne-somme+oui", "Aisne, Somme + oui")
    assert texts(audiences.cut(audiences.variant_of({})).issue) == ["Pour tout le monde."]


def test_audiences_that_mean_the_same_make_one_variant() -> None:
    again = block("Encore.", Territoires=["somme", "AISNE"])
    audiences = Audiences(issue_of(EVERYBODY, NORTH, again))
    assert len(audiences.paths) == 1
    assert list(audiences.paths.values()) == [["blocks[1].audience", "blocks[2].audience"]]
    assert [variant.name for variant in audiences.possible(9)] == ["aisne-somme", OTHERS]


def test_article_needs_what_its_section_needs_too() -> None:
    inside = section(article("Pour tous ceux d’ici"), article("Adhérents", adherent="oui"), audience={"ici": "oui"})
    audiences = Audiences(issue_of(EVERYBODY, inside))
    member = audiences.variant_of({"ADHERENT": "oui"})
    assert member == audiences.variant_of({}), "what they match shows nothing, so their letter is that of the others"
    both = audiences.cut(audiences.variant_of({"ADHERENT": "oui", "ICI": "oui"})).issue
    assert both is not None
    assert [each.title for each in both.blocks[1].articles] == ["Pour tous ceux d’ici", "Adhérents"]  # pyright: ignore


def test_section_goes_with_its_last_article_and_a_divider_with_its_neighbours() -> None:
    audiences = Audiences(
        issue_of(DIVIDER, EVERYBODY, DIVIDER, section(article("Ici", ici="oui")), DIVIDER, EVERYBODY, DIVIDER, AISNE)
    )
    left = audiences.cut(audiences.variant_of({}))
    assert texts(left.issue) == ["Pour tout le monde.", "divider", "Pour tout le monde."]


def test_whole_letter_keeps_its_dividers() -> None:
    audiences = Audiences(issue_of(DIVIDER, EVERYBODY, DIVIDER))
    assert audiences.cut(audiences.variant_of({})).issue == audiences.issue


def test_nothing_left_to_read_is_no_issue() -> None:
    audiences = Audiences(issue_of(AISNE, DIVIDER, NORTH))
    assert audiences.cut(audiences.variant_of({})).issue is None


def test_places_lead_back_to_the_whole_issue() -> None:
    audiences = Audiences(issue_of(AISNE, EVERYBODY, section(article("Ici", ici="oui"), article("Partout")), EVERYBODY))
    left = audiences.cut(audiences.variant_of({}))
    assert left.path("blocks[0].text") == "blocks[1].text"
    assert left.path("blocks[1].articles[0].title") == "blocks[2].articles[1].title"
    assert left.path("blocks[2]") == "blocks[3]"
    assert left.path("subject") == "subject"
    assert left.path("") == ""


def test_possible_variants_are_those_of_one_value_in_each_column() -> None:
    audiences = Audiences(issue_of(EVERYBODY, AISNE, NORTH, MEMBERS))
    assert [variant.name for variant in audiences.possible(9)] == [
        "aisne+aisne-somme",
        "aisne+aisne-somme+oui",
        "aisne-somme",
        "aisne-somme+oui",
        "oui",
        OTHERS,
    ]


def test_too_many_possible_variants_are_looked_at_one_by_one() -> None:
    blocks = [block(f"Bloc {number}", **{f"colonne{number}": "oui"}) for number in range(12)]
    audiences = Audiences(issue_of(EVERYBODY, *blocks))
    assert len(audiences.possible(20)) == 13


def test_letter_for_everybody_has_one_variant() -> None:
    audiences = Audiences(issue_of(EVERYBODY))
    assert (list(audiences.fields), [variant.name for variant in audiences.possible(9)]) == ([], [OTHERS])


def test_names_of_variants_differ_and_stay_short() -> None:
    twins = [block("un", a="oui"), block("deux", b="oui"), block("trois", c=OTHERS), block("quatre", d="Київ")]
    audiences = Audiences(issue_of(EVERYBODY, *twins))
    contacts = [{"A": "oui"}, {"B": "oui"}, {"C": "others"}, {"D": "київ"}]
    assert [audiences.variant_of(each).name for each in contacts] == ["oui", "oui-2", "others-2", "audience"]
    long = [block(str(number), **{f"c{number}": f"Une très longue valeur {number}"}) for number in range(9)]
    name = Audiences(issue_of(*long)).variant_of(
        {f"C{number}": f"une tres longue valeur {number}" for number in range(9)}
    )
    assert len(name.name) < 80


def test_public_web_version_has_what_everybody_gets_and_what_is_marked() -> None:
    seen = {**NORTH, "web": True}
    inside = section(article("Ici", ici="oui"), {**article("Là", la="oui"), "web": True}, article("Partout"))
    left = public(issue_of(EVERYBODY, AISNE, seen, inside)).issue
    assert left is not None
    assert texts(left)[:2] == ["Pour tout le monde.", "Pour le nord."]
    assert [each.title for each in left.blocks[2].articles] == ["Là", "Partout"]  # pyright: ignore
    assert public(issue_of(AISNE)).issue is None


VALUES = ["Aisne", "Somme", "Oise"]
CELLS = st.lists(st.sampled_from(VALUES)).map(", ".join)
COLUMNS = st.dictionaries(st.sampled_from("ab"), st.lists(st.sampled_from(VALUES), min_size=1), min_size=1)


@st.composite
def parts(draw: st.DrawFn) -> dict[str, Any]:
    """A block for everybody or for some, or a section of such articles."""
    kind = draw(st.sampled_from(["all", "divider", "some", "section"]))
    if kind == "section":
        return section(*(article(f"Titre {index}", **draw(COLUMNS)) for index in range(draw(st.integers(1, 3)))))
    if kind == "some":
        return block("Pour certains.", **draw(COLUMNS))
    return DIVIDER if kind == "divider" else EVERYBODY


@given(st.lists(parts(), min_size=1, max_size=6), CELLS, CELLS)
def test_variant_shows_exactly_the_parts_that_a_contact_matches(blocks: list[Any], a: str, b: str) -> None:
    contact = {"A": a, "B": b}
    issue = issue_of(*blocks)
    audiences = Audiences(issue)
    left = audiences.cut(audiences.variant_of(contact))

    def meant(part: Any) -> bool:
        return part.audience is None or Condition.of(part.audience).holds(contact)

    wanted = [each for each in issue.blocks if meant(each) and any(map(meant, getattr(each, "articles", [each])))]
    kept = [issue.blocks[place] for place, _ in left.blocks]
    assert [each for each in kept if not isinstance(each, Divider)] == [
        each for each in wanted if not isinstance(each, Divider)
    ]
    for (place, articles), block in zip(left.blocks, left.issue.blocks if left.issue else [], strict=False):
        assert [getattr(issue.blocks[place], "articles", [])[each] for each in articles] == getattr(
            block, "articles", []
        )
        assert all(map(meant, getattr(block, "articles", [])))
